#!/usr/bin/env python3
"""Judge ECS task definition files by software that is not ours.

usage: check_task_definition.py [--no-lint] [--registered] [--placeholders] FILE...

1. the RegisterTaskDefinition input shape of botocore (unknown or misspelt members, wrong
   types, missing members, enumerations, ranges);
2. cfn-lint, over the same definition rewritten as an AWS::ECS::TaskDefinition (the published
   resource schema, the Fargate size table, awsvpc port rules, awslogs options, the essential
   container);
3. the rules of the ECS API reference that neither of those two knows: names that must be
   unique or must exist, dependency cycles, memory given somewhere, health check ranges. This
   part is ours; its lines are marked [rules].

--registered  the file came from DescribeTaskDefinition: drop the members only the service writes.
--placeholders  read account numbers such as XXXXXXXXXXXX, <account> or ${ACCOUNT} inside ARNs as 123456789012:
              an export keeps those of the definition it was imported from.
--no-lint     without step 2 (well under a second instead of about two).

Exit 0: every file passes. Exit 1: at least one does not. Exit 2: a file cannot be read.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

import aws_model

SERVICE_WRITES = {"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
                  "registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"}
# Members whose content is free-form (keys are the user's, not the schema's).
FREE_MAPS = {"dockerlabels", "options", "driveropts", "driveroptions", "labels"}


def load(path, registered, placeholders=False):
    with open(path, encoding="utf-8") as handle:
        text = handle.read()
    if placeholders:
        text = re.sub(r"(arn:aws[a-z-]*:[a-z0-9-]*:[^:\"]*:)(?:[xX]+|<[^>\"]*>|\$\{?[A-Za-z_:.]+\}?|\d{1,11})(?=:)", r"\g<1>123456789012", text)
    doc = json.loads(text)
    if isinstance(doc, dict) and isinstance(doc.get("taskDefinition"), dict):
        tags = doc.get("tags")
        doc = dict(doc["taskDefinition"])
        if tags:
            doc["tags"] = tags
    if registered and isinstance(doc, dict):
        doc = {k: v for k, v in doc.items() if k not in SERVICE_WRITES}
    return doc


def cfn_schema():
    """The AWS::ECS::TaskDefinition schema bundled with cfn-lint."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::ECS::TaskDefinition").schema


def resolve(schema, node):
    seen = 0
    while isinstance(node, dict) and "$ref" in node and seen < 10:
        target = schema
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target.get(part, {})
        node = target
        seen += 1
    return node if isinstance(node, dict) else {}


def to_cfn(schema, node, value):
    """Rename members to the schema's spelling, which differs in more than the first letter."""
    node = resolve(schema, node)
    if isinstance(value, dict):
        props = node.get("properties", {})
        folded = {name.lower(): name for name in props}
        out = {}
        for key, item in value.items():
            name = folded.get(key.lower())
            if name is None and key == "properties" and "proxyconfigurationproperties" in folded:
                name = folded["proxyconfigurationproperties"]
            if name is None:
                out[key if not props else key[:1].upper() + key[1:]] = item
            elif key.lower() in FREE_MAPS and isinstance(item, dict):
                out[name] = item
            else:
                out[name] = to_cfn(schema, props[name], item)
        return out
    if isinstance(value, list):
        return [to_cfn(schema, node.get("items", {}), item) for item in value]
    return value


def lint(doc):
    schema = cfn_schema()
    template = {"AWSTemplateFormatVersion": "2010-09-09",
                "Resources": {"TaskDefinition": {"Type": "AWS::ECS::TaskDefinition",
                                                 "Properties": to_cfn(schema, schema, doc)}}}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "task-definition.json")
        with open(path, "w", encoding="utf-8") as handle:
            json.dump(template, handle, default=str)
        run = subprocess.run([sys.executable, "-c", "from cfnlint.runner import main; main()", "--format", "json",
                              "--non-zero-exit-code", "error", "--template", path],
                             capture_output=True, text=True, check=False)
    try:
        found = json.loads(run.stdout)
    except json.JSONDecodeError:
        return [f"cfn-lint did not run: {(run.stderr or run.stdout)[:300]}"]
    lines = []
    for item in found:
        if item["Level"] != "Error":
            continue
        where = "/".join(str(p) for p in (item["Location"].get("Path") or [])[3:])
        lines.append(f"{item['Rule']['Id']} {where}: {item['Message']}")
    return lines


def rules(doc):
    """Documented service-side rules that no package we found checks."""
    out = []
    containers = [c for c in doc.get("containerDefinitions") or [] if isinstance(c, dict)]
    names = [c.get("name") for c in containers]
    volumes = [v.get("name") for v in doc.get("volumes") or [] if isinstance(v, dict)]
    mode = doc.get("networkMode")
    fargate = "FARGATE" in (doc.get("requiresCompatibilities") or [])
    if not containers:
        out.append("no container definition")
    for what, values in (("container", names), ("volume", volumes)):
        for name in sorted({str(v) for v in values if values.count(v) > 1}):
            out.append(f"two {what}s are named '{name}'")
    if containers and not any(c.get("essential", True) for c in containers):
        out.append("no container is essential")
    edges = {}
    for container in containers:
        name = container.get("name")
        by_name = {c.get("name"): c for c in containers}
        if not (doc.get("memory") or container.get("memory") or container.get("memoryReservation")):
            out.append(f"{name}: neither memory nor memoryReservation, and the task has no memory")
        hard, soft = container.get("memory"), container.get("memoryReservation")
        if isinstance(hard, int) and isinstance(soft, int) and hard < soft:
            out.append(f"{name}: memory {hard} is under memoryReservation {soft}")
        for dep in container.get("dependsOn") or []:
            target = dep.get("containerName")
            edges.setdefault(name, set()).add(target)
            if target not in by_name:
                out.append(f"{name}: dependsOn names the missing container '{target}'")
            elif dep.get("condition") == "HEALTHY" and not by_name[target].get("healthCheck"):
                out.append(f"{name}: waits for '{target}' to be HEALTHY, which has no healthCheck")
            elif dep.get("condition") in ("COMPLETE", "SUCCESS") and by_name[target].get("essential", True):
                out.append(f"{name}: waits for the end of '{target}', which is essential")
        for link in container.get("volumesFrom") or []:
            if link.get("sourceContainer") not in by_name:
                out.append(f"{name}: volumesFrom names the missing container '{link.get('sourceContainer')}'")
        for mount in container.get("mountPoints") or []:
            if mount.get("sourceVolume") not in volumes:
                out.append(f"{name}: mount of the missing volume '{mount.get('sourceVolume')}'")
        check = container.get("healthCheck") or {}
        for member, low, high in (("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("startPeriod", 0, 300)):
            value = check.get(member)
            if isinstance(value, int) and not low <= value <= high:
                out.append(f"{name}: healthCheck.{member} {value} is outside {low} to {high}")
        if mode == "awsvpc" and container.get("links"):
            out.append(f"{name}: links do not work in awsvpc mode")
        if fargate:
            for member in ("links", "dockerSecurityOptions"):
                if container.get(member):
                    out.append(f"{name}: {member} does not work on Fargate")
            if container.get("privileged"):
                out.append(f"{name}: privileged does not work on Fargate")
        for port in container.get("portMappings") or []:
            host, inner = port.get("hostPort"), port.get("containerPort")
            if mode in ("awsvpc", "host") and host not in (None, inner):
                out.append(f"{name}: hostPort {host} must equal containerPort {inner} in {mode} mode")
    state = {}

    def visit(node):
        if state.get(node) == 1:
            return True
        if state.get(node) == 2:
            return False
        state[node] = 1
        looped = any(visit(n) for n in edges.get(node, ()) if n in names)
        state[node] = 2
        return looped
    if any(visit(n) for n in list(edges)):
        out.append("dependsOn has a cycle")
    size = (doc.get("ephemeralStorage") or {}).get("sizeInGiB")
    if isinstance(size, int) and not 21 <= size <= 200:
        out.append(f"ephemeralStorage {size} GiB is outside 21 to 200")
    try:
        total = int(doc.get("cpu") or 0)
        asked = sum(c.get("cpu") or 0 for c in containers)
        if total and asked > total:
            out.append(f"the containers ask for {asked} CPU units, the task has {total}")
    except (TypeError, ValueError):
        pass
    return out


def complaints(doc, no_lint=False):
    """All that the three judges say against a definition, each line marked with its judge."""
    lines = [f"[botocore] {line}" for line in aws_model.problems("ecs", "RegisterTaskDefinition", doc)]
    if not isinstance(doc, dict):
        return lines
    if not no_lint:
        lines += [f"[cfn-lint] {line}" for line in lint(doc)]
    try:
        lines += [f"[rules] {line}" for line in rules(doc)]
    except (AttributeError, TypeError) as err:
        lines.append(f"[rules] not looked at: a member has the wrong type ({err})")
    return lines


def main():
    parser = argparse.ArgumentParser(add_help=True, description=__doc__.split("\n")[0])
    parser.add_argument("--no-lint", action="store_true")
    parser.add_argument("--registered", action="store_true")
    parser.add_argument("--placeholders", action="store_true")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    bad = unreadable = 0
    for path in args.files:
        try:
            doc = load(path, args.registered, args.placeholders)
        except (OSError, ValueError) as err:
            print(f"UNREADABLE {path}: {err}")
            unreadable += 1
            continue
        lines = complaints(doc, args.no_lint)
        if lines:
            bad += 1
            print(f"FAIL {path}")
            for line in lines:
                print(f"     {line}")
        else:
            print(f"ok   {path}")
    print(f"{len(args.files) - bad - unreadable} passed, {bad} failed" + (f", {unreadable} unreadable" if unreadable else ""))
    return 2 if unreadable else 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
