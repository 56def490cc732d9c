//! The JSON that commands print, as a JSON Schema (draft 2020-12): `bayplan schema --output`.
//!
//! In: the tables of keys that stand beside what writes them. Out: one schema with a definition for each command.

use serde_json::{Map, Value, json};

use crate::bill_json::{KEYS, Key, key_of};

/// The keys that an estimate has beside those of its bill.
pub const ESTIMATE_KEYS: &[Key] = &[
    key_of("assumptions", "array", "What the design says of its own values"),
    key_of("assumptions[].name", "string", "The item and its field"),
    key_of("assumptions[].reason", "string", "Why the value is what it is"),
];

/// The keys that a run has beside those of an estimate.
pub const RUN_KEYS: &[Key] = &[
    key_of("seed", "number", "The seed of arrivals, Spot and start-up times"),
    key_of("services", "array", "What services did"),
    key_of("services[].name", "string", "The service"),
    key_of("services[].desired_min", "number", "The fewest tasks that were wanted"),
    key_of("services[].desired_max", "number", "The most tasks that were wanted"),
    key_of("services[].running_min", "number", "The fewest tasks that ran"),
    key_of("services[].running_max", "number", "The most tasks that ran"),
    key_of("services[].running_mean", "number", "How many tasks ran on average"),
    key_of("services[].unplaced_max", "number", "The most tasks that waited for room"),
    key_of("services[].asked", "number", "Requests or jobs that came"),
    key_of("services[].over_capacity", "number", "How many of them tasks could not take"),
    key_of("services[].recovery_seconds", "number", "How long a fault was felt, at most"),
    key_of("services[].oldest_job_seconds", "number", "How long the oldest job waited"),
    key_of("services[].job_seconds_to_redo", "number", "Work of jobs that ended half done"),
    key_of("instances", "array", "What providers with instances of their own did"),
    key_of("instances[].provider", "string", "The capacity provider"),
    key_of("instances[].min", "number", "The fewest instances"),
    key_of("instances[].max", "number", "The most instances"),
    key_of("instances[].mean", "number", "How many instances on average"),
    key_of("instances[].types", "object", "How many of each type on average"),
    key_of("instances[].cpu_packed_ppm", "number", "CPU that tasks reserved, in millionths of what there was"),
    key_of("instances[].memory_packed_ppm", "number", "Memory that tasks reserved, in millionths of what there was"),
    key_of("events_processed", "number", "Events of the run"),
];

/// The keys of findings, as `check` prints them and as every command does whose design has errors.
pub const CHECK_KEYS: &[Key] = &[
    key_of("findings", "array", "What the checks found"),
    key_of("findings[].rule", "string", "The rule's name, by which a project allows it"),
    key_of("findings[].severity", "string", "`error`, `warning` or `advice`"),
    key_of("findings[].item", "string", "The item it is about"),
    key_of("findings[].field", "string", "The field"),
    key_of("findings[].scenario", "string|null|absent", "The scenario it is about; null is the design as drawn"),
    key_of("findings[].message", "string", "What is wrong, with the numbers"),
    key_of("findings[].hint", "string", "What to do"),
    key_of("findings[].fixes", "array", "What the window offers to do"),
    key_of("unresolved", "array|absent", "Why a design without errors does not run"),
    key_of("refused", "string|absent", "Why there is no such scenario or edit"),
    key_of("assumptions", "array|absent", "With --assumptions: every assumption that figures rest on"),
    key_of("assumptions[].name", "string", "The assumption, or an item and its field"),
    key_of("assumptions[].value", "string|absent", "Its value, where it is the program's"),
    key_of("assumptions[].reason", "string", "Why it is what it is"),
];

/// The keys of a comparison.
pub const COMPARE_KEYS: &[Key] = &[
    key_of("format", "number", "The format of this document, 1"),
    key_of("program", "object", "What wrote it: its name and version"),
    key_of("program.name", "string", "Its name"),
    key_of("program.version", "string", "Its version"),
    key_of("family", "string", "What is varied"),
    key_of("region", "string", "The region that is priced"),
    key_of("hours", "number", "The hours of the window"),
    key_of("price_book", "object|null", "The price book that lay over the published prices; null is none"),
    key_of("pick", "string|null", "The cheapest alternative that serves as well"),
    key_of("safe_pick", "string|null", "The cheapest of those that keep architecture, fallback and zones"),
    key_of("differences", "string", "How differences are taken"),
    key_of("ranking", "array", "The alternatives' names, the best first"),
    key_of("advice", "string", "What to do, in a sentence"),
    key_of("alternatives", "array", "What the design could be; the first is the design as drawn"),
    key_of("alternatives[].name", "string", "Its name"),
    key_of("alternatives[].total_usd", "object", "Totals of its seeds, exactly; null where it was not played"),
    key_of("alternatives[].total_usd.low", "string|null", "The tenth percentile"),
    key_of("alternatives[].total_usd.mid", "string|null", "The median"),
    key_of("alternatives[].total_usd.high", "string|null", "The ninetieth percentile"),
    key_of("alternatives[].total", "object", "The same as numbers: low, mid and high"),
    key_of("alternatives[].month_usd", "string|null", "What a month of 730 hours comes to, exactly"),
    key_of("alternatives[].difference_usd", "string|null", "What it costs more than the design as drawn, exactly"),
    key_of("alternatives[].difference", "number|null", "The same as a number"),
    key_of("alternatives[].by_cause", "object", "The difference by what it is for, in exact text"),
    key_of("alternatives[].complete", "boolean", "Whether its total holds all dollars of what is drawn"),
    key_of("alternatives[].at_least", "boolean", "Whether the total is a least one"),
    key_of("alternatives[].incomplete", "array", "What the total is without: item and what"),
    key_of("alternatives[].unpriced", "array", "What is metered and has no price in the region"),
    key_of("alternatives[].not_played", "array", "What is drawn and neither played nor priced: item and what"),
    key_of("alternatives[].notes", "array", "What is to be known of it"),
    key_of("alternatives[].risks", "array", "What it risks that the design as drawn does not"),
    key_of("alternatives[].findings", "array", "What the checks found, as `check` prints it"),
    key_of("alternatives[].seeds", "array", "Its runs: seed, total_usd and stamp"),
    key_of("alternatives[].stamp", "string|null", "The stamp of the median run"),
    key_of("alternatives[].mid_seed", "number|null", "The seed of the median run"),
    key_of("alternatives[].pair_seed", "number|null", "The seed that the difference is of"),
    key_of("alternatives[].not_done_ppm", "number|null", "Requests and jobs not served, in millionths"),
    key_of("alternatives[].jobs_not_done_ppm", "number|null", "Jobs not done, in millionths"),
    key_of("alternatives[].shortfalls", "array|null", "What falls short, by service"),
    key_of("alternatives[].waited_ppm", "number|null", "Requests that waited, in millionths"),
    key_of("alternatives[].recovery_seconds", "number|null", "How long a fault was felt, at most"),
    key_of("alternatives[].over_capacity_ppm", "number|null", "Requests that tasks could not take, in millionths"),
    key_of("alternatives[].unplaced_max", "number|null", "The most tasks that waited for room"),
    key_of("alternatives[].over_quotas", "array|null", "Quotas of vCPUs that it passes"),
    key_of("alternatives[].packing", "object|null", "What tasks reserved of instances: cpu_ppm and memory_ppm"),
    key_of("alternatives[].services", "array|null", "What services did, as `simulate` prints it"),
    key_of("alternatives[].instances", "array|null", "What providers did, as `simulate` prints it"),
    key_of("alternatives[].serves_as_well", "boolean|null", "Whether it serves as well as the design as drawn"),
    key_of("alternatives[].judgement", "string|null", "The judgement in words"),
    key_of("alternatives[].not_applicable", "string|null", "Why it cannot be played"),
];

/// Marks a key that stands only where there is something to say.
const ABSENT: &str = "absent";

/// The schema of what each command prints with `--json`.
pub fn schema() -> Value {
    let estimate = || KEYS.iter().chain(ESTIMATE_KEYS);
    let any = ["estimate", "simulate", "compare", "check"].map(|verb| json!({ "$ref": format!("#/$defs/{verb}") }));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What Bayplan prints with --json",
        "description": "One definition for each command. Money stands as exact text under keys that end in _usd, and as a \
            number beside it; null is what has no price. Keys may be added within one format.",
        "anyOf": any,
        "$defs": {
            "estimate": document(estimate()),
            "simulate": document(estimate().chain(RUN_KEYS)),
            "compare": document(COMPARE_KEYS.iter()),
            "check": document(CHECK_KEYS.iter()),
        },
    })
}

/// A document of keys, each within those before it.
fn document<'k>(keys: impl Iterator<Item = &'k Key>) -> Value {
    let mut root = json!({ "type": "object" });
    for key in keys {
        let mut at = &mut root;
        let mut steps = key.path.split('.').peekable();
        while let Some(step) = steps.next() {
            let name = step.trim_end_matches("[]");
            if steps.peek().is_none() {
                put(at, name, key);
                break;
            }
            at = &mut at["properties"][name];
            if step.ends_with("[]") {
                at = &mut at["items"];
            }
        }
    }
    root
}

/// Puts a key into the object that holds it.
fn put(holder: &mut Value, name: &str, key: &Key) {
    let kinds: Vec<&str> = key.kind.split('|').filter(|kind| *kind != ABSENT).collect();
    let mut schema = Map::new();
    schema.insert("description".to_owned(), json!(key.meaning));
    schema.insert("type".to_owned(), if let [one] = kinds[..] { json!(one) } else { json!(kinds) });
    if kinds.contains(&"array") {
        schema.insert("items".to_owned(), json!({}));
    }
    if !holder["properties"].is_object() {
        holder["type"] = json!("object");
        holder["properties"] = json!({});
        holder["required"] = json!([]);
    }
    holder["properties"][name] = Value::Object(schema);
    if let Some(required) = holder["required"].as_array_mut().filter(|_| !key.kind.ends_with(ABSENT)) {
        required.push(json!(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_within_each_other() {
        let schema = schema();
        let line = &schema["$defs"]["simulate"]["properties"]["lines"];
        assert_eq!(line["type"], "array");
        assert_eq!(line["items"]["properties"]["amount_usd"]["type"], json!(["string", "null"]));
        assert_eq!(schema["$defs"]["estimate"]["properties"]["program"]["properties"]["version"]["type"], "string");
        let every = |at: &str| schema["$defs"][at]["required"].as_array().map_or(0, Vec::len);
        assert!(
            every("simulate") > every("estimate") && every("estimate") > every("check") && every("check") == 1,
            "{schema}"
        );
    }
}
