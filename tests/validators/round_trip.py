#!/usr/bin/env python3
"""Take task definitions in and out of Bayplan and let others judge what comes out.

usage: round_trip.py BINARY [FILE...]      FILE: by default every fixture of tests/fixtures/task-definitions

For each file, `bayplan import` and `bayplan export --format task-definition`, then:
- one bare object, no member that only the service writes, no empty value;
- botocore, cfn-lint and the rules of check_task_definition.py have no complaint;
- every value of the file is in the export, or the import named its key as not understood;
- importing the export and exporting again gives the same bytes.
First of all three spoilt definitions show that each judge still bites.

Exit 0: all hold. Exit 1: something does not. Run it with the Python that has requirements.txt installed.
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import check_task_definition as judge

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "task-definitions"
# What a member means when it is left out: writing it or not is the same definition.
LEFT_OUT = {"essential": True, "protocol": "tcp", "hostPort": 0, "cpu": 0, "readOnly": False,
            "readonlyRootFilesystem": False, "privileged": False, "rootDirectory": "/"}
# Keys that stand everywhere: an import that names one of these has not said what it lost.
EVERYWHERE = {"containerDefinitions", "volumes", "name", "value", "type", "options"}
EMPTY = (None, "", [], {})


def run(binary, *arguments):
    """What the program said on both outputs; a failure is raised with it."""
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)
    said = done.stdout + done.stderr
    if done.returncode:
        raise AssertionError(f"`bayplan {arguments[0]}` exits {done.returncode}: {said.strip()[:300]}")
    return said


def size(key, value):
    """Sizes in words as the integers they mean: ".5 vCPU" is 512, "2 GB" is 2048."""
    text = str(value).strip().lower()
    match = re.fullmatch(r"(\d*\.?\d+)\s*(vcpu|gb)?", text)
    if key not in ("cpu", "memory") or not match:
        return value
    return int(float(match[1]) * 1024) if match[2] else int(float(match[1]))


def identity(item):
    """What tells items of a list apart, where they have names."""
    if isinstance(item, dict):
        for key in ("name", "containerName", "sourceVolume", "containerPort", "key"):
            if key in item:
                return key, item[key]
    return None


def lost(before, after, path=()):
    """The paths of all that `before` says and `after` does not."""
    key = path[-1] if path else ""
    if before in EMPTY:
        return []
    if isinstance(before, dict):
        inside = after if isinstance(after, dict) else {}
        return [p for k, v in before.items() for p in lost(v, inside.get(k), path + (k,))]
    if isinstance(before, list):
        items = after if isinstance(after, list) else []
        found = []
        for index, item in enumerate(before):
            name = identity(item)
            named = [other for other in items if name and identity(other) == name]
            other = named[0] if named else items[index] if index < len(items) and not name else None
            found += lost(item, other, path + (str(index),))
        return found
    if after is None and key in LEFT_OUT and before == LEFT_OUT[key]:
        return []
    return [] if size(key, before) == size(key, after) else [path]


def empties(value, path=""):
    """The paths of null, empty text, empty lists and objects."""
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in ([f"{path}.{k}"] if v in EMPTY else empties(v, f"{path}.{k}"))]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in ([f"{path}[{i}]"] if v in EMPTY else empties(v, f"{path}[{i}]"))]
    return []


def exported(binary, source, folder):
    """Imports `source`, exports it again: the one file written, and what the import said."""
    folder.mkdir(parents=True)
    said = run(binary, "import", source, "--out", folder / "design.ron")
    run(binary, "export", folder / "design.ron", "--format", "task-definition", "--out", folder / "out")
    written = sorted((folder / "out").glob("*.json"))
    if len(written) != 1:
        raise AssertionError(f"{len(written)} files exported for one task definition")
    return written[0], said


def complaints(binary, source, folder):
    """All that is wrong with one file's way in and out."""
    first, said = exported(binary, source, folder / "first")
    again, _ = exported(binary, first, folder / "again")
    document = json.loads(first.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or "family" not in document:
        return ["the export is not one bare task definition"]
    found = [f"{key} is written by the service alone" for key in sorted(judge.SERVICE_WRITES & document.keys())]
    found += [f"{path} is empty" for path in empties(document)]
    original = judge.load(str(source), registered=True)
    for path in lost(original, document):
        keys = [part for part in path if not part.isdigit() and part not in EVERYWHERE]
        if not any(re.search(rf"\b{re.escape(key)}\b", said) for key in keys):
            found.append(f"{'.'.join(path)} is lost, and the import does not say so")
    if first.read_bytes() != again.read_bytes():
        found.append("a second trip gives other bytes")
    return found + judge.complaints(judge.load(str(first), registered=False, placeholders=True))


def dull_judges():
    """The judges that let a spoilt definition pass."""
    good = judge.load(str(FIXTURES / "web-fargate.json"), registered=True)
    spoilt = {judge_name: copy.deepcopy(good) for judge_name in ("[botocore]", "[cfn-lint]", "[rules]")}
    spoilt["[botocore]"]["networkmode"] = "awsvpc"
    spoilt["[cfn-lint]"]["memory"] = "16384"
    spoilt["[rules]"]["containerDefinitions"][0]["mountPoints"] = [{"sourceVolume": "none", "containerPath": "/data"}]
    dull = [name for name, document in spoilt.items() if not any(line.startswith(name) for line in judge.complaints(document))]
    return dull + [f"[all] {line}" for line in judge.complaints(good)]


def main(arguments):
    if not arguments:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    binary = os.path.abspath(arguments[0])
    files = [pathlib.Path(name) for name in arguments[1:]] or sorted(FIXTURES.glob("*.json"))
    dull = dull_judges()
    if dull or not files:
        print(f"the judges do not judge: {', '.join(dull)}" if dull else f"no file in {FIXTURES}")
        return 1
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for source in files:
            try:
                found = complaints(binary, source, pathlib.Path(folder) / source.stem)
            except (AssertionError, OSError, ValueError, subprocess.TimeoutExpired) as err:
                found = [str(err)]
            bad += bool(found)
            print(f"{'FAIL' if found else 'ok  '} {source.name}")
            for line in found:
                print(f"     {line}")
    print(f"{len(files) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
