//! What a cluster query holds for (rules CQL-02, CQL-05, CQL-06).

use super::Group;
use crate::design::cluster_query::{ClusterQuery, Comparison, Node, Test, Words, seconds, version};
use crate::plan::index::Ix;
use crate::state::instance::ContainerInstance;
use crate::state::pool::Attributes;
use crate::units::CalendarTime;

/// What a query sees of an instance.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its attributes.
    pub attributes: &'a Attributes,
    /// The instance; `None` where a whole pool is asked for by a query of attributes alone.
    pub instance: Option<(Ix<ContainerInstance>, &'a ContainerInstance)>,
    /// Task groups and where their tasks stand.
    pub groups: &'a [Group<'a>],
    /// When the run starts.
    pub starts_at: CalendarTime,
}

/// Whether a query holds.
pub fn holds(query: &ClusterQuery, seen: &Seen<'_>) -> bool {
    node_holds(query.root(), seen)
}

fn node_holds(node: &Node, seen: &Seen<'_>) -> bool {
    match node {
        Node::Or(nodes) => nodes.iter().any(|node| node_holds(node, seen)),
        Node::And(nodes) => nodes.iter().all(|node| node_holds(node, seen)),
        Node::Not(node) => !node_holds(node, seen),
        Node::Test(test) => test_holds(test, seen),
    }
}

fn test_holds(test: &Test, seen: &Seen<'_>) -> bool {
    match (test, seen.instance) {
        (Test::Attribute(name, words), _) => attribute_holds(name, words, seen.attributes),
        (Test::AgentVersion(comparison, wanted), _) => version(&seen.attributes.agent_version)
            .is_some_and(|numbers| comparison.holds(padded(&numbers).cmp(padded(wanted)))),
        (Test::AgentConnected(words), Some((_, instance))) => {
            word_holds(words, if instance.agent_connected { "true" } else { "false" })
        }
        (Test::Ec2InstanceId(words), Some((ix, _))) => word_holds(words, &ContainerInstance::id(ix)),
        (Test::RegisteredAt(comparison, wanted), Some((_, instance))) => {
            let after = i64::try_from(instance.registered_at.ms() / 1000).unwrap_or(i64::MAX / 2);
            comparison.holds((seconds(seen.starts_at) + after).cmp(wanted))
        }
        (Test::RunningTasksCount(comparison, wanted), Some((_, instance))) => {
            comparison.holds(instance.tasks.cmp(wanted))
        }
        (Test::TaskGroup(words), Some((_, instance))) => group_holds(words, instance, seen.groups),
        (
            Test::AgentConnected(_)
            | Test::Ec2InstanceId(_)
            | Test::RegisteredAt(..)
            | Test::RunningTasksCount(..)
            | Test::TaskGroup(_),
            None,
        ) => false,
    }
}

/// The numbers of a version with endless zeros behind: 1.14 is 1.14.0.
fn padded(numbers: &[u32]) -> impl Iterator<Item = u32> {
    numbers.iter().copied().chain(std::iter::repeat(0)).take(8)
}

/// A missing attribute makes every comparison false, `!=` too; one without a value exists and equals nothing (CQL-05).
fn attribute_holds(name: &str, words: &Words, attributes: &Attributes) -> bool {
    match words {
        Words::Exists => attributes.named.contains_key(name),
        Words::NotExists => !attributes.named.contains_key(name),
        Words::Compare(..) | Words::In(_) | Words::NotIn(_) | Words::Matches(_) | Words::NotMatches(_) => {
            attributes.value(name).is_some_and(|value| word_holds(words, value))
        }
    }
}

fn word_holds(words: &Words, value: &str) -> bool {
    match words {
        Words::Compare(comparison, wanted) => comparison.holds(value.cmp(wanted)),
        Words::In(wanted) => wanted.iter().any(|wanted| wanted == value),
        Words::NotIn(wanted) => wanted.iter().all(|wanted| wanted != value),
        Words::Matches(pattern) => pattern.is_match(value),
        Words::NotMatches(pattern) => !pattern.is_match(value),
        Words::Exists => true,
        Words::NotExists => false,
    }
}

/// `task:group` has many values: a positive test wants one of them, a negative one wants none against it (rule CQL-06).
fn group_holds(words: &Words, instance: &ContainerInstance, groups: &[Group<'_>]) -> bool {
    let mut names = groups.iter().filter(|group| group.counts.on(instance) > 0).map(|group| group.name.as_str());
    match words {
        Words::Compare(Comparison::NotEqual, _) | Words::NotIn(_) | Words::NotMatches(_) | Words::NotExists => {
            names.all(|name| word_holds(words, name))
        }
        Words::Compare(..) | Words::In(_) | Words::Matches(_) | Words::Exists => {
            names.any(|name| word_holds(words, name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::placement::testing::{fleet_of, reserve};
    use crate::state::task_counts::TaskCounts;

    fn attributes(of: &[(&str, Option<&str>)], agent_version: &str) -> Attributes {
        let named = of.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect();
        Attributes { named, agent_version: agent_version.to_owned() }
    }

    #[track_caller]
    fn check(text: &str, attributes: &Attributes, expected: bool) {
        let query = ClusterQuery::parse(text).unwrap();
        let seen = Seen { attributes, instance: None, groups: &[], starts_at: CalendarTime::DEFAULT };
        assert_eq!(holds(&query, &seen), expected, "{text} of {attributes:?}");
    }

    #[test]
    fn v30_v32_and_v33_attributes_and_versions() {
        let machine = |kind, zone| {
            attributes(&[("ecs.instance-type", Some(kind)), ("ecs.availability-zone", Some(zone))], "1.9.0")
        };
        let v30 = "attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d";
        check(v30, &machine("g2.2xlarge", "us-east-1d"), false);
        check(v30, &machine("t2.small", "us-east-1a"), false);
        check(v30, &machine("g2.2xlarge", "us-east-1a"), true);
        check("attribute:ecs.instance-type =~ g2", &machine("g2.2xlarge", "us-east-1a"), false); // the whole value
        check("attribute:stack != prod", &attributes(&[("stack", Some("test"))], ""), true); // V32
        check("attribute:stack != prod", &attributes(&[], ""), false);
        check("attribute:stack !in [prod]", &attributes(&[], ""), false); // CQL-05
        check("attribute:stack !~ prod", &attributes(&[], ""), false);
        check("attribute:stack !exists", &attributes(&[], ""), true);
        check("attribute:stack exists", &attributes(&[("stack", None)], ""), true);
        check("attribute:stack == ''", &attributes(&[("stack", None)], ""), false);
        check("attribute:rack > b", &attributes(&[("rack", Some("c"))], ""), true); // CQL-03: as text
        check("agentVersion < 1.14.5", &attributes(&[], "1.9.0"), true); // V33
        check("agentVersion < 1.14.5", &attributes(&[], "1.14.5"), false);
        check("agentVersion == 1.14", &attributes(&[], "1.14.0"), true);
    }

    #[test]
    fn v31_and_v34_what_an_instance_is_and_holds() {
        let (mut fleet, instances) = fleet_of(&[(0, 1024, 1024), (0, 1024, 1024)]);
        let mut database = TaskCounts::new();
        reserve(&mut fleet, instances[0], 1, 1, &mut database);
        let groups = [Group { name: "database".to_owned(), counts: &database }];
        let none = Attributes::default();
        let check = |text: &str, expected: [bool; 2]| {
            let query = ClusterQuery::parse(text).unwrap();
            let found = [0, 1].map(|place| {
                let instance = Some((instances[place], fleet.instance(instances[place])));
                holds(&query, &Seen { attributes: &none, instance, groups: &groups, starts_at: CalendarTime::DEFAULT })
            });
            assert_eq!(found, expected, "{text}");
        };
        check("task:group == database", [true, false]);
        check("not(task:group == database)", [false, true]); // V31
        check("task:group != database", [false, true]); // CQL-06: none has it
        check("task:group exists", [true, false]);
        check("task:group !in [database, web]", [false, true]);
        check("runningTasksCount == 1", [true, false]);
        check("agentConnected == true and runningTasksCount < 1", [false, true]);
        check("ec2InstanceId == i-00000000000000001", [false, true]);
        // Registered with the run's start, 2026-06-01T00:00:00Z: the bounds of V34 around that instant.
        check("registeredAt < 2026-06-01T00:00:01Z", [true, true]);
        check("registeredAt < 2026-06-01", [false, false]);
    }
}
