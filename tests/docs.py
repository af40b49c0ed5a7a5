#!/usr/bin/env python3
"""What the documents name and what the code has must be the same: keys, functions, paths, settings, alarms,
log lines that want somebody to act, commands.  Prints what differs; exit status 1 if anything does.
"""
import glob
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CODE = ("lib", "core", "store", "ingest", "router", "sla", "notify", "console", "cli")
FIELDS = {"sms.hasil", "web.hasil"}		# of the key kenari, written like settings


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def sources(*folders):
    names = [n for d in folders for n in glob.glob(os.path.join(TOP, d, "*.c"))]
    return {os.path.relpath(n, TOP): read(n) for n in sorted(names)}


def found(pattern, texts):
    """{match: first file}"""
    out = {}
    for name, text in texts.items():
        for m in re.findall(pattern, text):
            out.setdefault(m, name)
    return out


def keys(protocol):
    table = protocol[protocol.index("\n## 5. "):protocol.index("\n## 6. ")]
    rows = {}
    for names, kind in re.findall(r"^\| (`[^|]+`) \| ([a-z ]+) \|", table, re.M):
        for name in re.findall(r"`([^`]+)`", names):
            rows[name] = kind
    specs = dict(re.findall(r'\{ KEY_\w+, "([^"]+)", "([^"]+)"', read("store/keys.c")))
    for name, kind in specs.items():
        mine = [r for r in rows if r == name or (name.endswith(":") and r.startswith(name))]
        if not mine:
            yield "docs/protocol.md: no row for the key %s" % name
        for r in mine:
            if rows[r] != kind and not any(s != name and s.startswith(name) and r.startswith(s) for s in specs):
                yield "docs/protocol.md: %s is a %s, not a %s" % (r, kind, rows[r])
    for r in rows:
        if r not in specs and not any(s.endswith(":") and r.startswith(s) for s in specs):
            yield "docs/protocol.md: there is no key %s" % r


def functions(protocol):
    has = set(re.findall(r"register_function\s*[({]\s*(?:function_name\s*=\s*)?'(kt_\w+)'", read("store/kentongan.lua")))
    told = re.search(r"Functions \(library `kentongan`\): ([^;]+);", protocol)
    named = set(re.findall(r"`(kt_\w+)`", told.group(1)))
    for f in sorted(has ^ named):
        yield "docs/protocol.md: %s is %s" % (f, "not listed" if f in has else "no function")


def paths(protocol):
    for path, name in found(r'\{ HTTP_\w+, "(/[^"]*)"', sources("ingest", "console", "lib")).items():
        if not re.search(re.escape(path.split("*")[0].rstrip("/") or "`/`") + r"(?![a-z.])", protocol):
            yield "docs/protocol.md: no word of %s (%s)" % (path, name)


def settings(docs):
    has = found(r'\{ "([a-z_0-9]+(?:\.[a-z_0-9]+)+)", SET_', sources(*CODE))
    heads = {s.split(".")[0] for s in has}
    files = r"\.(c|h|md|py|lua|js|css|html|csv|tsv|yaml|json|jsonl|geojson|bin|conf|cfg|list|url|log|start|pid|atom|sqlite|ics)$"
    for doc, text in docs.items():
        for s in sorted(set(re.findall(r"`([a-z_0-9]+(?:\.[a-z_0-9]+)+)`", text)) - FIELDS):
            if s.split(".")[0] in heads and s not in has and not re.search(files, s):
                yield "%s: there is no setting %s" % (doc, s)


def alarms(operations):
    part = operations[operations.index("\n### Alarms"):operations.index("\n### Log lines")]
    for what, name in found(r'house_alarm\([^;]*?, "(\w+)"', sources(*CODE)).items():
        if not re.search(r"^\| `%s`" % what, part, re.M):
            yield "docs/operations.md: no alarm %s (%s)" % (what, name)


def log_lines(operations):
    for event, name in found(r'log_(?:error|warn)\(\s*"(\w+)"', sources(*CODE)).items():
        if "`%s`" % event not in operations:
            yield "docs/operations.md: no word of event=%s (%s)" % (event, name)


def commands():
    table = read("cli/main.c")
    page = read("docs/kentongan.1")
    has = set(re.findall(r'\{ "(\w+)", cli_', table))
    told = set(re.findall(r"^\.It Cm (\w+)", page, re.M))
    for c in sorted(has - told):
        yield "docs/kentongan.1: no command %s" % c
    for c in sorted(told - has):
        yield "docs/kentongan.1: there is no command %s" % c


def main():
    protocol, operations = read("docs/protocol.md"), read("docs/operations.md")
    docs = {"docs/" + os.path.basename(n): read(n) for n in glob.glob(os.path.join(TOP, "docs", "*.md"))}
    docs["README.md"] = read("README.md")
    wrong = [*keys(protocol), *functions(protocol), *paths(protocol), *settings(docs), *alarms(operations),
             *log_lines(operations), *commands()]
    print("\n".join(wrong) if wrong else "docs: as the code has it")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
