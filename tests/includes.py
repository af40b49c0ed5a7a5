#!/usr/bin/env python3
"""Includes go down only: daemons and cli -> store -> core -> lib's pure parts."""
import glob, re, sys

PURE = {"buf", "escape", "yaml", "csv", "config", "template", "words", "json_of", "hash"}
DAEMONS = ("ingest", "router", "sla", "notify", "console")
DOWN = {"lib": {"lib"}, "core": {"core", "lib"}, "store": {"store", "core", "lib"},
        "cli": {"cli", "router", "store", "core", "lib"}}
DOWN["model"] = {"model", "router", "core", "lib"}
DOWN["verify"] = {"verify"}
DOWN["picture"] = {"picture", "core", "lib"}
DOWN.update({d: {d, "store", "core", "lib"} for d in DAEMONS})
# The one look sideways: an import on a page asks whom its rows complain about.
BESIDE = {("console", "router", "judge")}


def main():
    bad = 0
    for path in sorted(p for d in DOWN for p in glob.glob(f"{d}/*.[ch]")):
        here = path.split("/")[0]
        for number, line in enumerate(open(path), 1):
            m = re.match(r'#include "([a-z]+)/([a-z_0-9]+)\.h"', line)
            if not m:
                continue
            there, name = m.groups()
            if there not in DOWN[here] and (here, there, name) not in BESIDE:
                print(f"{path}:{number}: {here} must not include {there}/{name}.h")
                bad = 1
            if here == "core" and there == "lib" and name not in PURE:
                print(f"{path}:{number}: core is pure: it must not include lib/{name}.h")
                bad = 1
    return bad


sys.exit(main())
