"""Scenarios of one fault each; the table at the end names them.

Each gets its arguments and a folder of its own, and returns 0 when all held.
"""
import collections
import contextlib
import glob
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

from checker import CLOCKS
from house import TOP, TAG, House, Late, Redis, RedisError, make_conf, wait_for
from load import History, Load

SPANS = {"konfirmasi": "20s", "urung": "1s", "tunggu": "60s", "tanya": "60s", "tinjau": "30m"}
SETTINGS = {"notify.lease": "2s", "router.scan_every": "500ms", "sla.nap": "50ms", "heartbeat.every": "500ms",
            "redis.note_every": "200ms"}
REPORT = "lampu jalan mati di kelurahan Kebalenan dekat masjid"


class Ledger:
    """Counts what did not hold."""

    def __init__(self):
        self.broken = 0

    def must(self, holds, text, *args):
        print("%s %s" % ("    " if holds else "RED ", text % args))
        self.broken += not holds
        return holds


def begin(args, work, factor=1, env=None, **settings):
    conf = os.path.join(work, "conf")
    make_conf(conf, factor, SPANS, dict(SETTINGS, **settings))
    return House(args.build, os.path.join(work, "d"), conf, env).start()


def judged(house, history, *extra):
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checker.py")
    return subprocess.run([sys.executable, program, "--dir", house.dir, "--history", history, "--build",
                           house.build, "--conf", house.conf, *extra], check=False).returncode


def sms(house, message_id, sender, text, signature=None):
    conn = house.connect(20)
    try:
        return house.post_sms(conn, message_id, sender, text, signature)
    finally:
        conn.close()


def form(house, fields, accept, limit_s=20):
    conn = http.client.HTTPConnection(house.http, timeout=limit_s)
    try:
        conn.request("POST", "/lapor", urllib.parse.urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded", "Accept": accept})
        answer = conn.getresponse()
        return answer.status, answer.read().decode()
    finally:
        conn.close()


def case_is_there(house, code):
    r = house.redis()
    try:
        return int(r("HGET", TAG + "case:" + code, "v") or 0) > 0
    finally:
        r.close()


def handled_by(house, code):
    """When its four hours are over, in ms."""
    r = house.redis()
    try:
        return json.loads(r("HGET", TAG + "case:" + code, "d"))["ck"][CLOCKS.index("ditangani")][2]
    finally:
        r.close()


# ---- the store does not answer ----

def forms_while_stopped(house, history, led):
    """Danger goes to the spool, the rest comes back with its words; both are sent until taken."""
    late = []
    for n, (text, danger) in enumerate((("kebakaran rumah di desa Licin, tolong", True),
                                        ("lampu jalan mati di desa Licin & <gelap>", False)) * 3):
        key, fields = "kunci-%d" % n, {"isi": text}
        history.add("invoke", id=key, kind="report", sender="")
        began = time.monotonic()
        status, body = form(house, dict(fields, kunci=key), "application/json" if danger else "text/html")
        took = time.monotonic() - began
        if danger:
            led.must(status == 201, "danger by form: %d after %.1f s", status, took)
            history.add("ok", id=key, code=json.loads(body)["code"])
        else:
            led.must(status == 503 and "lampu jalan mati di desa Licin &amp; &lt;gelap&gt;" in body and key in body,
                     "other form: %d after %.1f s, its words and key kept", status, took)
            history.add("unknown", id=key)
            late.append((key, fields))
    return late


#: reports a second; over a long stop fewer, for the spool has an end (spool.files)
RATE, RATE_LONG, LONG_S = 30, 6, 60


def redis_stopped(args, work):
    led, path = Ledger(), os.path.join(work, "history.jsonl")
    history = History(path)
    with begin(args, work, 2400) as house:
        load = Load(house, history, args.seed, RATE if args.seconds <= LONG_S else RATE_LONG, acting=0.2).start()
        wait_for("the first receipts", lambda: history.counts.get("ok", 0) > 20, 20)
        history.add("faults_begin")
        pid = house.signal("redis", signal.SIGSTOP)
        history.add("stop", name="redis", pid=pid)
        until, before = time.monotonic() + args.seconds, history.counts["ok"]
        late = forms_while_stopped(house, history, led)
        wait_for("the whole stop, and codes given out during it",
                 lambda: time.monotonic() >= until and history.counts["ok"] - before > 50, args.seconds + 20)
        taken, files = history.counts["ok"] - before, house.spooled()
        led.must(taken > 50, "%d messages got their code while the store stood still", taken)
        led.must(files > 50, "%d files in the spool", files)
        house.signal("redis", signal.SIGCONT)
        history.add("thaw", name="redis", pid=pid)
        history.add("faults_end")
        for key, fields in late:
            status, body = wait_for("form taken", lambda k=key, f=fields: taken_form(house, k, f), 20)
            history.add("ok", id=key, code=json.loads(body)["code"])
        # thousands of reports are drained, opened and acted on beside what comes in
        load.finish(60 + args.seconds / 4)
        house.quiet(60 + args.seconds)
        led.must(house.spooled() == 0, "the spool is empty again")
        slow = answer_times(path)
        led.must(slow[-1] < 10, "answers while it stood still: p50 %.2f s, p99 %.2f s, longest %.2f s",
                 slow[len(slow) // 2], slow[len(slow) * 99 // 100], slow[-1])
        led.broken += judged(house, path)
    return led.broken


def taken_form(house, key, fields):
    status, body = form(house, dict(fields, kunci=key), "application/json")
    return (status, body) if status == 201 else None


def answer_times(path):
    """Seconds from invoke to answer of what was sent while the fault lasted."""
    began, times, inside = {}, [], False
    with open(path, encoding="utf-8") as f:
        for h in map(json.loads, f):
            inside = (inside or h["op"] == "faults_begin") and h["op"] != "faults_end"
            if h["op"] == "invoke" and inside:
                began[h["id"]] = h["mono"]
            elif h["op"] in ("ok", "unknown") and h["id"] in began:
                times.append(h["mono"] - began.pop(h["id"]))
    return sorted(times)


# ---- the same call five times ----

def same_five(args, work):
    led = Ledger()
    with begin(args, work) as house:
        answers, gate = [], threading.Barrier(5)

        def call():
            gate.wait()
            answers.append(sms(house, "lima", "+6281200000001", REPORT))

        threads = [threading.Thread(target=call) for _ in range(5)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        codes = {b["code"] for s, b in answers if s == 202}
        led.must(len(answers) == 5 and all(s == 202 for s, _ in answers) and len(codes) == 1,
                 "five calls at once: %s", sorted(codes))
        wait_for("its case", lambda: case_is_there(house, next(iter(codes))), 10)
        body = json.dumps({"id": "palsu", "from": "+6281200000002", "text": REPORT}).encode()
        forged = house.signature(body, secret="00" * 32)
        old = house.signature(body, at=time.time() - 3600)
        for name, signature in (("forged", forged), ("an hour old", old), ("missing", "t=1"),
                                ("of another body", house.signature(body + b" "))):
            status, _ = sms(house, "palsu", "+6281200000002", REPORT, signature)
            led.must(status == 401, "signature %s: %d", name, status)
        house.quiet(20)
        r = house.redis()
        cases, seen = r.scan("case:*"), sum(r("HLEN", k) for k in r.scan("seen:*"))
        r.close()
        led.must(len(cases) == 1 and seen == 1, "%d case, %d message known", len(cases), seen)
    return led.broken


# ---- a case nobody touches ----

class Stream(threading.Thread):
    """Reads the live feed; notes when each escalation arrived."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.conn = http.client.HTTPConnection(house.console, timeout=60)
        self.conn.request("GET", "/api/v1/events", headers=house.as_machine({"Last-Event-ID": "0"}))
        self.answer = self.conn.getresponse()
        self.seen = {}

    def run(self):
        event = None
        try:
            for raw in self.answer:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: ") and event == "eskalasi":
                    e = json.loads(line[6:])
                    self.seen.setdefault(e["seq"], int(time.time() * 1000))
        except (OSError, ValueError, http.client.HTTPException):
            pass				# the house was stopped


def log_entries(house):
    r = house.redis()
    try:
        return [(int(i.split(b"-")[0]), json.loads(f[1])) for i, f in r("XRANGE", TAG + "log", "-", "+")]
    finally:
        r.close()


def poll_feeds(house, atom, feed):
    """Each entry's time is that of the answer: one that came while it was asked for was not there before."""
    entries = house.get("/feed/eskalasi.atom", True)[2]
    now = int(time.time() * 1000)
    for seq in re.findall(rb"<kt:seq>(\d+)</kt:seq>", entries):
        atom.setdefault(int(seq), now)
    items = json.loads(house.get("/feed/eskalasi.json", True)[2])["items"]
    now = int(time.time() * 1000)
    for item in items:
        feed.setdefault(item["seq"], now)


# A lamp belongs to Dishub: head of the service, Sekda, Bupati's feed.
LADDER = ["50%", "75%", "90%", "", "kepala", "sekda", "bupati"]


def untouched(args, work):
    led, atom, feed = Ledger(), {}, {}
    with begin(args, work, 1200) as house:
        stream = Stream(house)
        stream.start()
        status, body = sms(house, "diam", "+6281200000003", REPORT)
        led.must(status == 202, "reported: %s", body)
        code = body["code"]

        def climbed():
            poll_feeds(house, atom, feed)
            return [e for _, e in log_entries(house) if e.get("code") == code and
                    e.get("esc", {}).get("clock") == "ditangani" and e["esc"]["rung"] == "bupati"]

        wait_for("the last rung", climbed, 60, 0.05)
        house.quiet(20)
        poll_feeds(house, atom, feed)
        own = [(seq, e) for seq, e in log_entries(house) if e.get("code") == code and "esc" in e]
        for clock in ("diambil", "ditangani"):
            steps = [(seq, e) for seq, e in own if e["esc"]["clock"] == clock]
            led.must([e["esc"]["rung"] for _, e in steps] == LADDER, "%s: %s", clock,
                     " ".join(e["esc"]["rung"] or "batas" for _, e in steps))
            early = [s for s, e in steps if e["at"] < e["esc"]["due_ms"]]
            late = max((e["at"] - e["esc"]["due_ms"] for _, e in steps), default=-1)
            led.must(not early and 0 <= late <= 5000, "%s: none early, at most %d ms late", clock, late)
        wait_for("the live feed", lambda: all(s in stream.seen for s, _ in own), 5)
        for name, seen in (("SSE", stream.seen), ("Atom", atom), ("JSON Feed", feed)):
            lags = [seen[s] - e["at"] if s in seen else 10 ** 6 for s, e in own]
            early = [s for s, e in own if seen.get(s, 10 ** 15) < e["esc"]["due_ms"]]
            led.must(not early, "%s: none seen before its time", name)
            led.must(max(lags) <= 1000, "%s: all %d within %d ms", name, len(lags), max(lags))
    return led.broken


# ---- the record is bent ----

def copy_house(house, to):
    shutil.copytree(house.dir, to, ignore=shutil.ignore_patterns("*.sock", "*.pid", "*.start", "lock"))
    return House(house.build, to, house.conf)


class BareStore:
    """A Redis on a copy of the data, without the house around it."""

    def __init__(self, house):
        self.house, self.path = house, house.path("redis", "bare.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--dir", house.path("redis"),
             "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--requirepass",
             house.secret("redis"), "--logfile", house.path("log", "bare.log")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        def answer():
            try:
                r = Redis(self.path, self.house.secret("redis"))
                r("XLEN", TAG + "log")
                return r
            except (OSError, RedisError):		# not there yet, or loading
                return None
        self.redis = wait_for("the copied store", answer, 20)
        return self

    def __exit__(self, *_):
        self.redis.close()
        self.process.terminate()
        self.process.wait(20)


def rewrite(r, change):
    """The log made anew through change(list of [id, fields]); Redis itself lets no entry be edited."""
    entries = change(r("XRANGE", TAG + "log", "-", "+"))
    r("DEL", TAG + "log")
    for entry_id, fields in entries:
        r("XADD", TAG + "log", entry_id, *fields)


def change_byte(at):
    def change(entries):
        body = entries[at][1][1]
        entries[at][1][1] = body.replace(b'"what":"', b'"what":"x', 1)[:len(body)]
        return entries
    return lambda r: rewrite(r, change)


def forge(at):
    """Another content with a digest that fits: only the chains can tell."""
    def change(entries):
        body = entries[at][1][1].replace(b'"roster":', b'"roster":1', 1)
        entries[at][1][1], entries[at][1][3] = body, hashlib.blake2b(body, digest_size=32).digest()
        return entries
    return lambda r: rewrite(r, change)


def cut_tail(r):
    last = r("XREVRANGE", TAG + "log", "+", "-", "COUNT", 1)[0][0]
    r("XDEL", TAG + "log", last)
    r("HSET", TAG + "meta", "seq", int(last.split(b"-")[0]) - 1)


def bent(house, work, name, bend, expect, led):
    copy = copy_house(house, os.path.join(work, name))
    with BareStore(copy) as store:
        bend(store.redis)
        status, report = copy.command("audit", "verify", "--redis", "unix:" + store.path)
        led.must(status == 1 and re.search(expect, report), "%s: audit says: %s", name, report.strip().split("\n")[0])
    try:
        copy.start(15)
        led.must(False, "%s: the house serves on a bent record", name)
    except Late:
        with open(copy.dir + ".up.log") as f:
            why = [line for line in f if line.startswith("kentongan: ")]
        led.must(why and "entry" in why[-1], "%s: the house refuses: %s", name, "".join(why)[11:160].strip())
    finally:
        copy.stop()


def tamper(args, work):
    led = Ledger()
    with begin(args, work) as house:
        for n in range(20):
            status, _ = sms(house, "t%d" % n, "+62812000001%02d" % n, REPORT)
            led.broken += status != 202
        house.quiet(30)
        clean, report = house.command("audit", "verify")
        led.must(clean == 0, "before: %s", report.strip())
        house.stop()
        at = 760				# past the officers' own entries
        bent(house, work, "changed", change_byte(at), r"entry %d: .*changed" % (at + 1), led)
        bent(house, work, "deleted", lambda r: r("XDEL", TAG + "log", "%d-0" % at), r"entry %d: is missing" % at, led)
        bent(house, work, "forged", forge(at), r"entry \d+: ", led)
        bent(house, work, "cut", cut_tail, r"entry \d+: is (missing|named)", led)
    return led.broken


# ---- nobody's words outside the seal ----

def files_with(house, token):
    needle, hits = token.encode(), []
    for part in ("redis", "spool", "log", "noted", "run", "media"):
        for path in glob.glob(house.path(part, "**"), recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    if needle in f.read():
                        hits.append(os.path.relpath(path, house.dir))
    return hits


def canary(args, work):
    led = Ledger()
    tokens = {k: "kanari%s" % uuid.uuid4().hex[:10] for k in ("sms", "isi", "nama", "lokasi", "spool", "catatan")}
    digits = "%09d" % (uuid.uuid4().int % 10 ** 9)
    with begin(args, work) as house:
        status, body = sms(house, "k1", "+6281" + digits, REPORT + " " + tokens["sms"])
        led.broken += status != 202
        status, _ = form(house, {"isi": REPORT + " " + tokens["isi"], "nama": tokens["nama"], "kunci": "k2",
                                 "lokasi": tokens["lokasi"], "telepon": "081" + digits}, "application/json")
        led.broken += status != 201
        wait_for("a task told", lambda: any(m["kind"] == "tugas" for m in house.sent()), 20)
        task = next(m for m in house.sent() if m["kind"] == "tugas")
        nonce = re.search(r"SELESAI ([0-9A-Z]{3})", task["text"]).group(1)
        status, _ = sms(house, "k3", task["to"], "SELESAI %s beres %s" % (nonce, tokens["catatan"]))
        led.broken += status != 202
        house.quiet(20)
        house.signal("redis", signal.SIGSTOP)
        status, _ = sms(house, "k4", "+6281" + digits, REPORT + " " + tokens["spool"])
        led.must(status == 202 and house.spooled() == 1, "one report in the spool")
        spooled = {k: files_with(house, t) for k, t in tokens.items()}
        house.signal("redis", signal.SIGCONT)
        house.quiet(30)
        r = house.redis()
        r("BGREWRITEAOF")
        wait_for("the file rewritten", lambda: b"aof_rewrite_in_progress:0" in r("INFO", "persistence") and
                 b"aof_rewrite_scheduled:0" in r("INFO", "persistence"), 20)
        r("SAVE")
        r.close()
        told = "".join(m["text"] for m in house.sent())
        led.must(tokens["sms"] in told, "the officer was told the words")
        for name, token in dict(tokens, nomor=digits, nomor_petugas=task["to"][3:]).items():
            if name == "nomor_petugas":
                continue			# the roster's own file is its source
            hits = files_with(house, token) + spooled.get(name, [])
            led.must(not hits, "%s: %s", name, "in no file" if not hits else "in " + ", ".join(hits))
    hits = [n for n, t in tokens.items() if files_with(house, t)]
    led.must(not hits, "nor after the stop")
    return led.broken


def engines(args, work, count=10000):
    """Many deadlines at one instant, five engines, one killed each second: every rung exactly once (P4)."""
    led = Ledger()
    fill = os.path.join(args.build, "bench", "fill")
    with begin(args, work) as house:
        house.signal("sla", signal.SIGSTOP)
        due = int(subprocess.run([fill, "--dir", house.dir, "--due", str(count), "--at-in", "4000"], cwd=TOP,
                                 check=True, stdout=subprocess.PIPE).stdout)
        house.signal("sla", signal.SIGCONT)
        others = [house.second("sla", "sla-%d" % n) for n in range(2, 6)]
        kills, next_kill = 0, due / 1000 + 0.3

        def rungs():
            r = house.redis()
            try:
                return int(r("XLEN", TAG + "log"))
            finally:
                r.close()

        before = rungs()
        until = time.monotonic() + 60
        while rungs() - before < count and time.monotonic() < until:
            if time.time() > next_kill:		# the first as the storm is on, then one each second
                victim = others.pop(0)
                victim.kill()
                house.ended(victim)
                kills += 1
                others.append(house.second("sla", "sla-%d" % (kills % 4 + 2)))
                next_kill += 0.3
        fired = collections.Counter()
        early = 0
        for _, e in log_entries(house):
            esc = e.get("esc")
            if esc and esc["kind"] in ("rung", "passed"):
                fired[e["code"], esc["rung"]] += 1
                early += e["at"] < due
        led.must(kills > 0, "%d engines were killed meanwhile", kills)
        led.must(len(fired) == count, "%d of %d rungs came", len(fired), count)
        led.must(max(fired.values()) == 1, "none came twice")
        led.must(early == 0, "none came early")
        r = house.redis()
        late = r("ZCOUNT", TAG + "due", "-inf", str(due))
        r.close()
        led.must(late == 0, "none is left")
    return led.broken


# ---- the engine sleeps ----

OUTAGE_S = 9			# three hours


def engine_down(args, work):
    """Three hours without an engine: of each case the highest rung alone, each person told once."""
    led, codes = Ledger(), []
    with open(os.path.join(TOP, "conf", "petugas.csv"), encoding="utf-8") as f:
        bupati = next(row.split(",")[4] for row in f if row.startswith("kpl-bupati,"))
    with begin(args, work, 1200, **{"notify.storm_window": "30s"}) as house:
        for n in range(8):
            status, body = sms(house, "tidur-%d" % n, "+62813%08d" % n, REPORT)
            led.must(status == 202, "report %d was taken", n)
            codes.append(body["code"])
        wait_for("the cases", lambda: all(case_is_there(house, c) for c in codes), 10)
        old = house.pid("sla")
        house.signal("sla", signal.SIGSTOP)
        due_ms = max(handled_by(house, c) for c in codes)
        wait_for("the outage", lambda: time.time() * 1000 > due_ms + OUTAGE_S * 1000, 60, 0.2)
        before = house.sent_since(0)[1]
        house.signal("sla", signal.SIGKILL)
        wait_for("another engine", lambda: house.pid("sla") not in (None, old), 20)

        def told():
            return [m for m in house.sent_since(before)[0] if m["to"] == bupati]

        def all_climbed():
            return len({e["code"] for _, e in log_entries(house) if e.get("esc", {}).get("kind") == "rung"}) == 8

        wait_for("every ladder", all_climbed, 30, 0.2)
        wait_for("the digest", told, 40, 0.2)
        climbs = collections.Counter()
        for _, e in log_entries(house):
            if e.get("code") in codes and e.get("esc", {}).get("kind") == "rung":
                climbs[e["code"], e["esc"]["rung"]] += 1
        led.must(sorted(climbs) == sorted((c, "bupati") for c in codes), "of each case the highest rung: %s",
                 sorted({r for _, r in climbs}))
        led.must(max(climbs.values()) == 1, "each once")
        led.must([m["kind"] for m in told()] == ["ikhtisar"], "the Bupati's head got %s",
                 [m["kind"] for m in told()])
        text = told()[0]["text"]
        led.must("8 kabar" in text and text.count("sistem mati") == 8, "of all eight, each with our outage: %s", text)
    return led.broken


# ---- somebody sets the clock ----

HOUR_MS = 3600000
# T1 and T4: an hour, a day, a saw-tooth, the end of 32-bit time, the end of four-digit years.
STEPS_MS = ([HOUR_MS, 0, -HOUR_MS, 0, 24 * HOUR_MS, 0] + [90000, -90000] * 3 + [0] +
            [int((at - time.time()) * 1000) for at in (2147483647, 253402300000)] + [0])


class Clock:
    """The wall clock of one program of the house, as tests/clockshim.c shows it."""

    def __init__(self, args, work, program):
        self.file = os.path.join(work, "clock")
        with open(self.file, "wb") as f:
            f.write(bytes(8))
        self.env = {"LD_PRELOAD": os.path.abspath(os.path.join(args.build, "tests", "clockshim.so")),
                    "CLOCK_OFFSET_FILE": self.file, "CLOCK_SHIM_FOR": program}

    def set(self, offset_ms):
        with open(self.file, "r+b") as f:
            f.write(offset_ms.to_bytes(8, "little", signed=True))


def clock_steps(args, work, program):
    """Each promise of four hours (twelve seconds here) is broken then: not early, not late, once."""
    led, clock, told = Ledger(), Clock(args, work, program), {}
    with begin(args, work, 1200, clock.env, **{"sla.clock_step": "20s"}) as house:
        stream = Stream(house)
        stream.start()
        r = house.redis()

        def beaten():
            return r("HGET", TAG + "hb", "sla")

        for n in range(4 * len(STEPS_MS)):
            if n % 4 == 3:
                clock.set(STEPS_MS[n // 4])
            last = beaten()
            sent = int(time.time() * 1000)
            status, body = sms(house, "jam-%d" % n, "+62812%08d" % n, REPORT)
            if led.must(status == 202, "report %d was taken: %s", n, body) and "code" in body:
                told[body["code"]] = sent
            wait_for("the engine to live on", lambda: beaten() not in (last, None), 10)
        clock.set(0)
        if program == "redis-server":
            off = int(r("HGET", TAG + "meta", "clock_off") or 0)
            wait_for("the clocks to be one again",
                     lambda: abs(int(r("HGET", TAG + "meta", "clock_off") or 0)) < 20000, 10)
            led.must(True, "the house's own reckoning was %d s off the clock at the end", off // 1000)
        r.close()

        def broken():
            return {e["code"] for _, e in log_entries(house)
                    if e.get("esc", {}).get("clock") == "ditangani" and e["esc"]["rung"] == "bupati"}

        wait_for("every ladder", lambda: set(told) <= broken(), 60, 0.2)
        entries = log_entries(house)
        fired = collections.Counter()
        worst, early = 0, 0
        for seq, e in entries:
            esc = e.get("esc")
            if not esc or e["code"] not in told:
                continue
            fired[e["code"], esc["clock"], esc["epoch"], esc["rung"]] += 1
            if esc["clock"] == "ditangani" and esc["kind"] == "breach":
                after = stream.seen.get(seq, 0) - told[e["code"]] - 12000
                worst, early = max(worst, after), min(early, after)
        led.must(early >= -250, "no breach early (%d ms)", early)
        led.must(0 < worst <= 5000, "none later than five seconds (%d ms)", worst)
        led.must(max(fired.values()) == 1, "each of %d rungs once", len(fired))
        alarms = [e for _, e in entries if "jam server" in e.get("detail", "")]
        led.must(len(alarms) == (program == "redis-server"), "%d alarm of it", len(alarms))
    return led.broken


# ---- the archive is killed ----

ARCHIVE_POINTS = ("archive_before_commit", "archive_after_commit", "archive_after_verify", "archive_before_remove",
                  "archive_after_remove")


def archive(args, work, count=30):
    """kill -9 at each point of the archiving: nothing is lost, nothing is there twice, all is read as before."""
    led = Ledger()
    with begin(args, work, **{"archive.batch": "60", "archive.disk_free": "0"}) as house:
        codes = []
        for n in range(count):
            sender = "+62812900%05d" % n
            code = sms(house, "arsip-%d" % n, sender, REPORT)[1]["code"]
            wait_for("case %s" % code, lambda: case_is_there(house, code), 20)
            sms(house, "batal-%d" % n, sender, "BATAL " + code)
            codes.append(code)

        def case(code):
            return json.loads(house.command("case", code, "--json")[1])

        for code in codes:
            wait_for("%s closed" % code, lambda: case(code)["state"] == "ditutup", 20)
        house.quiet(20)
        before = {code: case(code)["log"] for code in codes}
        killed = 0
        for nth in ("1", "2"):
            for point in ARCHIVE_POINTS:
                env = dict(os.environ, KENTONGAN_FAULT="cli.%s=kill@%s" % (point, nth))
                rc = subprocess.run([os.path.join(house.build, "kentongan"), "archive", "--after", "1ms", "--dir",
                                     house.dir, "--conf", house.conf], env=env, check=False,
                                    stdout=subprocess.DEVNULL).returncode
                killed += rc == -signal.SIGKILL
                status, said = house.command("audit", "verify")
                led.must(status == 0, "whole after %s, %s: %s", point, nth, said.strip().splitlines()[-1])
                same = sum(case(code)["log"] == before[code] for code in codes)
                led.must(same == count, "%d of %d cases read as before", same, count)
        led.must(killed == 2 * len(ARCHIVE_POINTS), "%d times it was killed", killed)
        status, said = house.command("archive", "--after", "1ms")
        led.must(status == 0, "the last one ends: %s", said.strip())
        led.must(all(case(code).get("archived") for code in codes), "all are in the archive")
        led.must(house.command("audit", "verify")[0] == 0, "and the record is whole")
        r = house.redis()
        last, live = int(r("HGET", TAG + "meta", "seq")), int(r("XLEN", TAG + "log"))
        rest = r.scan("case:*")
        r.close()
        rows = 0
        for path in glob.glob(house.path("arsip", "*.sqlite")):
            with contextlib.closing(sqlite3.connect(path)) as db:
                rows += db.execute("SELECT count(*) FROM entry").fetchone()[0]
        led.must(rows + live == last, "%d entries in the archive and %d in the store are %d", rows, live, last)
        led.must(not rest, "no case is left in the store")
    return led.broken


TABLE = {
    "engine-down": engine_down,
    "clock-redis": lambda args, work: clock_steps(args, work, "redis-server"),
    "clock-sla": lambda args, work: clock_steps(args, work, "kentongan-sla"),
    "archive": archive,
    "engines": engines,
    "redis-stopped": redis_stopped,
    "same-five": same_five,
    "untouched": untouched,
    "tamper": tamper,
    "canary": canary,
}
