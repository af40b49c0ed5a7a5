#!/usr/bin/env python3
"""Builds each planted mistake and sees that a check turns red; fails if one survives.

    mutants.py [--base DIR] [N ...]

The base is built once with fault hooks; a mutant is a copy of it in which only the files that
know mutants are compiled again.  Every check must be green on the base first: red proves nothing
where all is red.
"""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
RUN = ["run", "--seconds", "6", "--rate", "40", "--only", "-"]
CALM = ["run", "--seconds", "6", "--rate", "40", "--only", "console"]

# What each is, and the cheapest check that sees it.
MUTANTS = {
    1: ("yes before the store has it", RUN + ["--arm", "ingest.before_store=kill%3"]),
    2: ("no dedupe", ["same-five"]),
    4: ("acknowledged by a second call", CALM),
    5: ("timers read, then removed", RUN + ["--arm", "sla.after_scan=kill%5"]),
    6: ("fires by the daemon's clock", ["untouched"]),
    7: ("outbox ids by chance", CALM),
    8: ("marked sent before it is", RUN + ["--arm", "notify.before_send=kill%2"]),
    11: ("log entry by a second call", CALM),
    13: ("a new id after unknown", ["redis-stopped", "--seconds", "4"]),
}


def make(build, *more):
    subprocess.run(["make", "-s", "-j2", "all", "B=" + build, "OPT=-O1", "FAULTS=1", *more], cwd=TOP, check=True)


def mutant_files():
    out = subprocess.run(["grep", "-rl", "MUTANT", "--include=*.c", "."], cwd=TOP, stdout=subprocess.PIPE,
                         text=True, check=True)
    return [f[2:-2] for f in out.stdout.split()]


def build_mutant(base, n):
    """A copy of the base with its own objects where they differ."""
    build = "build/mutant-%d" % n
    path = os.path.join(TOP, build)
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(os.path.join(TOP, base), path, ignore=shutil.ignore_patterns("kentongan*[!o]", "*.a", "*.d", "tests"))
    for f in mutant_files():
        os.remove(os.path.join(path, f + ".o"))
    make(build, "MUTANT=%d" % n)
    return build


def check(build, what):
    """(is green, its last words)."""
    p = subprocess.run([sys.executable, os.path.join(HERE, "torture.py"), *what, "--build", build, "--quiet", "25"],
                       cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = p.stdout.strip().split("\n")
    for line in lines:
        if line.startswith("kept: "):
            shutil.rmtree(line[6:], ignore_errors=True)
    reds = [line for line in lines if line.startswith("RED  ")]
    return p.returncode == 0, reds[0] if reds else lines[-1]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--base", default="build/mutant-0")
    p.add_argument("numbers", type=int, nargs="*")
    args = p.parse_args()
    numbers, bad, seen = args.numbers or sorted(MUTANTS), 0, set()
    make(args.base)
    for n in numbers:
        name, what = MUTANTS[n]
        if tuple(what) not in seen:
            seen.add(tuple(what))
            green, words = check(args.base, what)
            if not green:
                print("UNSOUND the check of mutant %d is red without it: %s" % (n, words), flush=True)
                bad += 1
                continue
        build = build_mutant(args.base, n)
        green, words = check(build, what)
        shutil.rmtree(os.path.join(TOP, build))
        print("%s mutant %d, %s: %s" % ("SURVIVED" if green else "caught  ", n, name, words), flush=True)
        bad += green
    print("%d of %d mutants caught" % (len(numbers) - bad, len(numbers)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
