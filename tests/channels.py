#!/usr/bin/env python3
"""A channel is one file in, one file out and one row each: counted, and compared with docs/new-channel.md."""
import pathlib, re, sys

mistakes = []
named = {f for f in re.findall(r"`((?:ingest|notify)/\w+\.c)`", pathlib.Path("docs/new-channel.md").read_text()) if "NAME" not in f}


def defined(folder, pattern):
    return sorted(str(f) for f in pathlib.Path(folder).glob("*.c") if re.search(pattern, f.read_text(), re.M))


def rows(path, pattern):
    return re.findall(pattern, pathlib.Path(path).read_text())


used = set()
ways = rows("ingest/ways.c", r"&(way_\w+),")
pulls = rows("ingest/pullers.c", r"&(pull_\w+),")
opens = rows("notify/ways.c", r"\{ \"[\w-]+\", (\w+)")
if not ways or not pulls or not opens:
    mistakes.append("ingest/ways.c, ingest/pullers.c or notify/ways.c: no row was found; is this check out of date?")
for name, folder, pattern in [(w, "ingest", rf"^const struct way {w} = ") for w in ways] + \
        [(p, "ingest", rf"^const struct pull_source {p} = ") for p in pulls] + \
        [(o, "notify", rf"^{o}\(struct channel \*") for o in opens]:
    files = defined(folder, pattern)
    if len(files) != 1:
        mistakes.append(f"{name}: defined in {files or 'no file'}, not in one")
    used.update(files)
if len(set(ways)) != len(ways):
    mistakes.append("ingest/ways.c: a row stands there twice")
for f in defined("ingest", r"^const struct way way_"):
    if f not in used:
        mistakes.append(f"{f}: a way without a row in ingest/ways.c")
for f in defined("ingest", r"^const struct pull_source pull_"):
    if f not in used:
        mistakes.append(f"{f}: a source without a row in ingest/pullers.c")
for f in sorted(used - named):
    mistakes.append(f"{f}: not in the table of docs/new-channel.md")
for f in sorted(named):
    if not pathlib.Path(f).exists():
        mistakes.append(f"docs/new-channel.md: {f} does not exist")
print("\n".join(mistakes) or f"channels: {len(ways)} ways in, {len(pulls)} fetched, {len(opens)} ways out, one file and one row each")
sys.exit(1 if mistakes else 0)
