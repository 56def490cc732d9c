//! Proof that every line of the decision sheet is a rule here, or has a reason to be none.

use crate::checks;

/// A line of the sheet, the rules that say it, and, where a design does not carry what it takes to judge, why.
struct Line {
    says: &'static str,
    rules: &'static [&'static str],
    no_rule: &'static str,
}

const fn rules(says: &'static str, rules: &'static [&'static str]) -> Line {
    Line { says, rules, no_rule: "" }
}

const fn none(says: &'static str, no_rule: &'static str) -> Line {
    Line { says, rules: &[], no_rule }
}

const CAPACITY: &[Line] = &[
    none("least operation: Fargate; price at scale: EC2", "a price is compared, not judged: the capacity family"),
    none("bursts, batch, tiny: Fargate, Spot where interruption is tolerated", "only the user knows what is tolerated"),
    rules("Spot does not fall back", &["spot-without-fallback", "stop-timeout-beyond-spot-notice"]),
    rules("EC2 without a group: Managed Instances", &["no-instances"]),
    rules("GPU: Managed Instances or EC2", &["gpu-on-fargate"]),
    rules("privileged agents: Managed Instances or EC2", &["fargate-refuses-parameter", "privileged-container"]),
    none("network-heavy: Managed Instances or EC2", "the bandwidth that work needs is no fact of a design"),
    none("capacity reservations: Managed Instances", "a design draws none; discounts come with purchase plans"),
    none("own hardware: ECS Anywhere", "whose hardware it is, is drawn, not judged"),
    rules("a capacity provider rather than a launch type", &["bare-launch-type"]),
    rules("requiresCompatibilities stays for validation", &["compatibility-missing"]),
    rules("managed draining on", &["managed-draining-off"]),
    rules("an empty group scales from its provider", &["managed-scaling-off", "provider-unused"]),
    rules("only one provider has a base", &["strategy-with-several-bases"]),
];

const NETWORK: &[Line] = &[
    rules("awsvpc", &["awsvpc-without-subnets", "eni-limit-binds"]),
    rules("bridge with dynamic ports", &["fixed-host-port", "too-few-instances"]),
    rules("host avoided", &["host-network-mode"]),
    rules("HTTP and REST: ALB", &["target-group-protocol-not-taken", "listener-rules-not-taken"]),
    rules("TCP, UDP, end-to-end TLS: NLB", &["listener-protocol-not-taken", "target-group-protocol-not-taken"]),
    rules("little HTTP: API Gateway", &["idle-balancer"]),
    rules("between services: Service Connect or discovery", &["call-has-no-way", "internal-balancer-for-one-service"]),
    rules("many services behind one entrance: internal ALB", &["internal-balancer-for-one-service"]),
    rules("one NAT gateway per zone", &["nat-gateway-in-one-zone", "nat-gateway-unused"]),
    rules("PrivateLink where it pays", &["endpoint-cheaper-than-nat", "s3-through-nat", "endpoint-in-unused-zone"]),
    none("public subnets for high-bandwidth public work", "who may stand in public is the user's: the egress family"),
];

const SCALING: &[Line] = &[
    rules("target tracking on a metric that falls", &["load-without-scaling", "scaling-without-policy"]),
    rules("a known clock: scheduled", &["daily-spike-unscheduled"]),
    rules("a strong pattern: predictive", &["daily-pattern-unforecast"]),
    rules("fast starters: quick health checks", &["slow-target-health"]),
    rules("fast starters: short deregistration delay", &["long-deregistration-delay"]),
    rules("SIGTERM handled: short stop timeout", &["long-stop-timeout"]),
    rules("protection of long work on", &["long-work-unprotected"]),
    none("protection off when done", "the application switches it off; the run plays that it does"),
];

const TASKS: &[Line] = &[
    none("all dependencies inside the image", "what is in an image is no fact of a design"),
    none("one process per container", "what runs in a container is no fact of a design"),
    rules("SIGTERM handled", &["sigterm-not-stated", "sigterm-not-handled"]),
    rules("logs to stdout and stderr", &["no-log-configuration", "awslogs-incomplete"]),
    rules("tags per release, never latest", &["image-tag-latest"]),
    none("a front end and its log shipper share a definition", "a design that parts them is drawn so on purpose"),
    rules("an API and a data store do not", &["data-store-beside-api"]),
    rules("memory as measured", &["memory-far-above-measured"]),
    none("small CPU steps scale finely, large ones react", "either is right: scenarios show what each does"),
    none("work that cannot be multiplied: by load test", "a load test is outside of a design"),
];

const WATCH: &[Line] = &[
    rules("CPU and memory of cluster and services", &["missing-baseline-alarm"]),
    rules("a monitoring plan", &["nothing-watched", "alarm-without-insights"]),
    none("on EC2 the instances too", "the reservation of the cluster is watched; alarms on instances are not drawn"),
    rules("spread over zones", &["service-in-one-zone", "fewer-tasks-than-zones", "zone-without-balancer"]),
    rules("rebalancing on", &["rebalancing-not-possible"]),
    none("static stability priced", "a scenario of a lost zone shows it, with its price"),
];

#[test]
fn every_line_of_the_decision_sheet_is_a_rule_or_has_a_reason() {
    let known: Vec<_> = checks::rules().map(|rule| rule.id.0).collect();
    let mut wrong = Vec::new();
    for line in [CAPACITY, NETWORK, SCALING, TASKS, WATCH].into_iter().flatten() {
        wrong.extend(
            line.rules.iter().filter(|id| !known.contains(id)).map(|id| format!("{}: no rule {id}", line.says)),
        );
        if line.rules.is_empty() == line.no_rule.is_empty() {
            wrong.push(format!("{}: rules, or a reason for none", line.says));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
