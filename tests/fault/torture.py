#!/usr/bin/env python3
"""Torture and scenarios: breaks a running house on purpose and says whether it kept its word.

    torture.py run [--build DIR] [--seconds N] [--rate N] [--seed N] [--mode kill|points|stop|mixed|power|poison]
    torture.py SCENARIO [--build DIR]       see --help for the names

The driver shares no code with the daemons.  A run writes history.jsonl; checker.py judges it
after quiescence and once more after a full restart.  Exit status 0 only when all held.
"""
import argparse
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from house import DAEMONS, House, Late, make_conf, start_time, wait_for	 # noqa: E402
from load import History, Load						 # noqa: E402
import scenarios							 # noqa: E402

# Four hours pass in six seconds.
FACTOR = 2400
SPANS = {"konfirmasi": "20s", "urung": "1s", "tunggu": "60s", "tanya": "60s", "tinjau": "30m"}
SETTINGS = {
    "notify.lease": "2s", "notify.per_second": "5000", "router.scan_every": "500ms", "sla.nap": "100ms",
    "heartbeat.every": "500ms", "redis.note_every": "200ms", "router.answers_per_hour": "1000",
}

# Points of each daemon, armed for one run in which every hit kills with so many per cent.
POINTS = {
    "ingest": ("after_accept", "after_parse", "before_store", "after_store", "mid_reply", "after_reply",
               "spool_before_sync", "spool_after_rename", "spool_drain_before_delete"),
    "router": ("after_read", "after_classify", "before_commit", "after_commit_sent", "after_commit",
               "before_claim", "after_claim"),
    "sla": ("after_scan", "before_fire", "after_fire_sent", "after_fire"),
    "notify": ("after_read", "before_mark_sending", "after_mark_sending", "before_send", "mid_send",
               "after_send", "after_mark", "before_bundle", "after_bundle"),
    "console": ("mid_sse",),
}


class Watch(threading.Thread):
    """Notes when each process is gone and when it serves again; wakes those that were stopped."""

    def __init__(self, house, history):
        super().__init__(daemon=True)
        self.house, self.history, self.ended = house, history, threading.Event()
        self.pids = {n: house.pid(n) for n in DAEMONS + ("redis",)}
        self.thaw = {}

    def run(self):
        away = set()
        while not self.ended.is_set():
            for name, old in self.pids.items():
                pid = self.house.pid(name)
                if pid != old and name not in away:
                    away.add(name)
                    self.history.add("gone", name=name, pid=old)
                if name in away and pid is not None and self.serves(name):
                    away.discard(name)
                    self.pids[name] = pid
                    self.history.add("back", name=name, pid=pid)
            self.ended.wait(0.02)

    def serves(self, name):
        return name != "redis" or self.house.store_answers()

    def finish(self):
        self.ended.set()
        self.join(5)


class Follower(threading.Thread):
    """Watches the live feed as a browser does: after a cut it asks for what came since."""

    def __init__(self, house, history):
        super().__init__(daemon=True)
        self.house, self.history, self.ended, self.last = house, history, threading.Event(), 0

    def run(self):
        while not self.ended.is_set():
            try:
                self.follow()
            except (OSError, ValueError, http.client.HTTPException):
                self.ended.wait(0.1)

    def follow(self):
        conn = http.client.HTTPConnection(self.house.console, timeout=5)
        try:
            conn.request("GET", "/api/v1/events", headers=self.house.as_machine({"Last-Event-ID": str(self.last)}))
            event, seq = None, None
            for raw in conn.getresponse():
                line = raw.decode().rstrip("\n")
                if line.startswith("id: "):
                    seq = int(line[4:])
                elif line.startswith("event: "):
                    event = line[7:]
                elif line == "" and seq is not None:	# only a whole event counts
                    self.history.add("feed", seq=seq, event=event)
                    self.last, event, seq = seq, None, None
        finally:
            conn.close()

    def finish(self, limit_s=20):
        """Waits until the feed has told of the newest escalation; the checker looks for the rest."""
        try:
            wait_for("the feed to tell the newest", lambda: self.last >= self.newest(), limit_s, 0.1)
        except Late as e:
            self.history.add("feed_behind", why=str(e))
        self.ended.set()

    def newest(self):
        try:
            items = json.loads(self.house.get("/feed/eskalasi.json", True, limit_s=2)[2])["items"]
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            return 1 << 60
        return items[0]["seq"] if items else 0


class Plan:
    """The moments of the faults, in reports of the load: as near the same in two runs of a seed as the house is."""

    def __init__(self, load, rng, seconds):
        self.load, self.rng, self.at, self.end = load, rng, 0, int(seconds * load.rate)

    def over(self):
        return max(self.at, self.load.made) >= self.end

    def some(self, least_s, most_s):
        """Waits while the load makes as many reports as it does in so many seconds, drawn."""
        self.at = max(self.at, self.load.made) + max(1, int(self.rng.uniform(least_s, most_s) * self.load.rate))
        self.load.reach(self.at)

    def one_of(self, *spans_s):
        span = self.rng.choice(spans_s)
        self.some(span, span)


def killer(house, history, plan, names):
    """A random one dies every half to two seconds."""
    while not plan.over():
        plan.some(0.5, 2.0)
        if not names:
            continue
        name = plan.rng.choice(names)
        pid = house.signal(name, signal.SIGKILL)
        if pid is not None:
            history.add("kill", name=name, pid=pid)


def power_cuts(house, history, plan):
    """All at once, the store too; then everybody must come back."""
    while not plan.over():
        plan.some(2.0, 4.0)
        for name in DAEMONS + ("redis",):
            pid = house.signal(name, signal.SIGKILL)
            if pid is not None:
                history.add("kill", name=name, pid=pid)
        wait_for("all back after a power cut",
                 lambda: all(house.pid(n) for n in DAEMONS) and house.store_answers(), 30)


TWINS = ("router", "sla", "notify")


def start_twins(house):
    return {name + "-2": house.second(name, name + "-2") for name in TWINS}


def hit(house, history, twins, name, what, op):
    """Sends that to a daemon of the house or to a second one; whether it was there."""
    if name in twins:
        pid = twins[name].pid if twins[name].poll() is None else None
        if pid is not None:
            os.kill(pid, what)
    else:
        pid = house.signal(name, what)
    if pid is not None:
        history.add(op, name=name, pid=pid)
    return pid is not None


def stop_awhile(house, history, plan, twins, name, spans_s):
    """One stands still while others work on, then goes on where it stood."""
    if hit(house, history, twins, name, signal.SIGSTOP, "stop"):
        plan.one_of(*spans_s)
        hit(house, history, twins, name, signal.SIGCONT, "thaw")


def stops(house, history, plan):
    """Stops one while a second instance works on; then the other way round."""
    twins = start_twins(house)
    while not plan.over():
        for name in TWINS:
            stop_awhile(house, history, plan, twins, name, (0.5, 1.5, 4.0))
            plan.some(0.1, 0.6)
            stop_awhile(house, history, plan, twins, name + "-2", (0.5, 2.5))


def mixed(house, history, plan):
    """Two of each worker; any of them, or the store, stops or dies, also while another stands still."""
    twins = start_twins(house)
    names = DAEMONS + ("redis",) + tuple(twins)

    def kill():
        name = plan.rng.choice(names)
        if hit(house, history, twins, name, signal.SIGKILL, "kill") and name in twins:
            house.ended(twins[name])
            twins[name] = house.second(name[:-2], name)
            history.add("back", name=name, pid=twins[name].pid)

    while not plan.over():
        plan.some(0.2, 1.0)
        if plan.rng.random() < 0.5:
            kill()
            continue
        name = plan.rng.choice(names)
        if hit(house, history, twins, name, signal.SIGSTOP, "stop"):
            plan.one_of(0.3, 1.5, 4.0)
            if plan.rng.random() < 0.5:
                kill()			# it may be the one that stands still
            hit(house, history, twins, name, signal.SIGCONT, "thaw")


def armed(percent):
    """KENTONGAN_FAULT for a run with points; a point hit rarely dies always."""
    rare = {"spool_before_sync", "spool_after_rename", "spool_drain_before_delete", "before_claim",
            "after_claim", "mid_sse"}
    return ";".join("%s.%s=kill%%%d" % (d, p, 20 if p in rare else percent)
                    for d, points in POINTS.items() for p in points)


def note_hits(path, history):
    """Faults that fired by themselves count as kills."""
    if not os.path.exists(path):
        return
    with open(path) as f:
        for line in f:
            point, action, hit, pid = line.split()
            name = point.split(".")[0]
            history.add("kill", name=name, point=point, pid=int(pid.split("=")[1]))


def judge(house, history_path, phase, extra=()):
    """The checker's word on the house as it stands."""
    command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "checker.py"),
               "--dir", house.dir, "--history", history_path, "--build", house.build,
               "--conf", house.conf, "--phase", phase, *extra]
    return subprocess.run(command, check=False).returncode


def run(args, work):
    rng = random.Random(args.seed * 7919 + 1)
    conf, history_path = os.path.join(work, "conf"), os.path.join(work, "history.jsonl")
    hits = os.path.join(work, "hits")
    make_conf(conf, args.factor, SPANS, SETTINGS)
    history = History(history_path)
    env = {}
    if args.arm or args.mode == "points":
        env = {"KENTONGAN_FAULT": args.arm or armed(args.percent), "KENTONGAN_FAULT_SEED": str(args.seed),
               "KENTONGAN_FAULT_FILE": hits}
    house = House(args.build, os.path.join(work, "d"), conf, env)
    with house:
        house.start()
        watch = Watch(house, history)
        watch.start()
        follower = Follower(house, history)
        follower.start()
        load = Load(house, history, args.seed, args.rate, poison=150 if args.mode == "poison" else 0).start()
        history.add("faults_begin")
        plan = Plan(load, rng, args.seconds)
        names = [n for n in args.only.split(",") if n != "-"] if args.only else list(DAEMONS) + ["redis"]
        if args.mode == "power":
            power_cuts(house, history, plan)
        elif args.mode == "stop":
            stops(house, history, plan)
        elif args.mode == "mixed":
            mixed(house, history, plan)
        else:
            killer(house, history, plan, names)
        if env:					# disarmed only by another start
            house.stop()
            house.env.pop("KENTONGAN_FAULT")
            house.start()
        history.add("faults_end")
        load.finish()
        try:
            house.quiet(args.quiet)
        except Late as e:
            history.add("restless", why=str(e))
            print("RED  I11: %s" % e)
        watch.finish()
        follower.finish()
        note_hits(hits, history)
        status = judge(house, history_path, "running")
        house.stop()
        history.add("restart")
        house.start()
        house.quiet(args.quiet)
        status |= judge(house, history_path, "restarted")
    history.close()
    return status


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["run"] + sorted(scenarios.TABLE))
    p.add_argument("--build", default="build")
    p.add_argument("--seconds", type=float, default=20)
    p.add_argument("--rate", type=float, default=50)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--mode", choices=("kill", "points", "stop", "mixed", "power", "poison"), default="kill")
    p.add_argument("--only", default="", help="kill only these, with commas; - for none")
    p.add_argument("--arm", default="", help="KENTONGAN_FAULT in place of the mode's own")
    p.add_argument("--percent", type=int, default=1, help="of hits of a point that kill")
    p.add_argument("--factor", type=int, default=FACTOR)
    p.add_argument("--quiet", type=float, default=60)
    p.add_argument("--keep", action="store_true", help="keep the folder also when all held")
    args = p.parse_args()
    work = tempfile.mkdtemp(prefix="kt-")
    status = 1
    try:
        if args.what == "run":
            status = run(args, work)
        else:
            status = scenarios.TABLE[args.what](args, work)
    except Late as e:
        print("RED  %s" % e)
    finally:
        if status == 0 and not args.keep:
            shutil.rmtree(work)
        else:
            print("kept: %s" % work)
    print("%s %s" % ("GREEN" if status == 0 else "RED", " ".join(sys.argv[1:])))
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
