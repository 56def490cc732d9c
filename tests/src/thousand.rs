//! A design of many services, as text: what a large account looks like.
//!
//! Services on Fargate in three zones, fifty behind each Application Load Balancer by the paths of its rules, each with a task
//! definition, a target group, a log group and a load by the hours of a day of its own; every fifth scales, and in chains of
//! ten each calls the next. The same number gives the same text.

use std::fmt::Write as _;

/// Services behind one balancer: an Application Load Balancer takes 100 target groups and 100 rules.
const BEHIND_ONE: usize = 50;

/// The design of so many services, as a design file.
pub fn design(count: usize) -> String {
    let all = |one: fn(usize, usize) -> String| (0..count).fold(String::new(), |text, k| text + &one(k, count));
    let balancers = (0..count).step_by(BEHIND_ONE).fold(String::new(), |text, first| text + &balancer(first, count));
    let (groups, definitions, services) = (all(target_group), all(task_definition), all(service));
    let (logs, loads) = (all(log_group), all(load));
    format!(
        r#"(
  format: 1,
  name: "{count} services",
  description: "Made by a program, to see how the largest accounts fare.",
  design: (
    region: "us-east-1",
    account: (quotas: [(name: "Fargate On-Demand vCPUs", value: 100000)]),
    vpcs: {{ "main": (cidr: "10.0.0.0/16", internet_gateway: true) }},
    subnets: {{ {subnets} }},
    nat_gateways: {{
      "nat-a": (placement: Zonal("public-a")),
      "nat-b": (placement: Zonal("public-b")),
      "nat-c": (placement: Zonal("public-c")),
    }},
    security_groups: {{
      "front": (vpc: "main", ingress: [(peer: Block("0.0.0.0/0"), ports: (443, 443))]),
      "tasks": (vpc: "main", ingress: [(peer: Group("front"), ports: (8080, 8080)), (peer: Group("tasks"), ports: (8080, 8080))]),
    }},
    load_balancers: {{ {balancers} }},
    target_groups: {{ {groups} }},
    clusters: {{
      "main": (capacity_providers: ["FARGATE", "FARGATE_SPOT"], default_strategy: [(capacity_provider: "FARGATE", weight: 1)]),
    }},
    task_definitions: {{ {definitions} }},
    services: {{ {services} }},
    log_groups: {{ {logs} }},
    roles: {{ "execution": (used_as: Execution, managed_policies: ["AmazonECSTaskExecutionRolePolicy"]) }},
    certificates: {{ "site": (domain: "example.org") }},
    loads: {{ {loads} }},
  ),
)
"#,
        subnets = subnets(),
    )
}

fn name(k: usize) -> String {
    format!("service-{k:04}")
}

/// A public /22 and a private /18 in each of three zones.
fn subnets() -> String {
    let mut text = String::new();
    for (place, zone) in ["a", "b", "c"].into_iter().enumerate() {
        for (tier, at, cidr) in [
            ("Public", "public", format!("10.0.{}.0/22", place * 4)),
            ("Private", "private", format!("10.0.{}.0/18", (place + 1) * 64)),
        ] {
            let _ = writeln!(
                text,
                r#""{at}-{zone}": (vpc: "main", zone: "us-east-1{zone}", tier: {tier}, cidr: "{cidr}"),"#
            );
        }
    }
    text
}

fn balancer(first: usize, count: usize) -> String {
    let rules = (first + 1..count.min(first + BEHIND_ONE))
        .map(|k| format!(r#"(paths: ["/{0}*"], target_group: "{0}")"#, name(k)))
        .collect::<Vec<_>>();
    format!(
        r#""front-{:03}": (
          kind: Application, scheme: InternetFacing, subnets: ["public-a", "public-b", "public-c"], security_groups: ["front"],
          listeners: [(port: 443, protocol: Https, certificate: "site", default_target_group: "{}", rules: [{}])],
        ),
"#,
        first / BEHIND_ONE,
        name(first),
        rules.join(", ")
    )
}

fn target_group(k: usize, _: usize) -> String {
    format!(
        "\"{}\": (vpc: \"main\", protocol: Http, port: 8080, target_type: Ip, deregistration_delay: 30),\n",
        name(k)
    )
}

fn task_definition(k: usize, _: usize) -> String {
    let (cpu, memory) = [(256, 512), (512, 1024), (1024, 2048), (2048, 4096)][k % 4];
    format!(
        r#""{name}": (
          requires_compatibilities: [Fargate], network_mode: Awsvpc, cpu: {cpu}, memory: {memory},
          runtime_platform: (cpu_architecture: X86_64, operating_system_family: Linux), execution_role: "execution",
          containers: [(
            name: "app", image: "739216405518.dkr.ecr.us-east-1.amazonaws.com/{name}:1", port_mappings: [(container_port: 8080)],
            log_configuration: (driver: Awslogs, log_group: "{name}", options: {{"awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}}),
          )],
        ),
"#,
        name = name(k)
    )
}

fn service(k: usize, count: usize) -> String {
    let tasks = 2 + k % 7;
    let scaling = format!(
        "scaling: (min_capacity: {tasks}, max_capacity: {}, policies: [TargetTracking((metric: AverageCpuUtilization, target_milli: 60000))]),",
        tasks * 3
    );
    let calls = format!(
        r#"calls: [(to: Service(service: "{}", via: ServiceConnect), request_bytes: 500, response_bytes: 2000)],"#,
        name(k + 1)
    );
    format!(
        r#""{name}": (
          cluster: "main", task_definition: "{name}", desired_count: {tasks},
          capacity: Strategy([(capacity_provider: "FARGATE", weight: 1)]),
          subnets: ["private-a", "private-b", "private-c"], security_groups: ["tasks"],
          load_balancers: [(target_group: "{name}", container_name: "app", container_port: 8080)],
          {scaling} {calls}
          work: Stated(cost: (cpu_micros: 2000, memory_idle: 200), log_bytes: 500),
        ),
"#,
        name = name(k),
        scaling = if k.is_multiple_of(5) { &*scaling } else { "" },
        // A chain of ten, so that work does not grow along it without end.
        calls = if k % 10 < 9 && k + 1 < count { &*calls } else { "" },
    )
}

fn log_group(k: usize, _: usize) -> String {
    format!("\"{}\": (retention_days: 30),\n", name(k))
}

fn load(k: usize, _: usize) -> String {
    let peak = 4 + k % 17;
    let hours: Vec<_> =
        (0..24).map(|hour: usize| (peak * [3, 2, 4, 7, 10, 8][hour / 4] / 10).max(1).to_string()).collect();
    format!(
        r#""{name}": Requests((
          service: "{name}", through: LoadBalancer("front-{front:03}"), shape: (series: Daily(hourly: [{hours}])),
          request_bytes: 1000, response_bytes: 5000,
        )),
"#,
        name = name(k),
        front = k / BEHIND_ONE,
        hours = hours.join(", ")
    )
}
