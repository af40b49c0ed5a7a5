#!/usr/bin/env python3
"""Judges a house by its history, its sinks and its store; shares no code with the daemons.

    checker.py --dir DIR --history FILE --build DIR --conf DIR [--phase NAME]

Reads only.  The rules are those of the invariants: nothing acknowledged is lost or doubled, every
case's log replays to what is stored, every deadline falls once and on time, every message ends,
the chain of digests holds.  Exit status 0 when all hold and the run was worth judging.
"""
import argparse
import collections
import glob
import hashlib
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from house import House, TAG, wait_for				 # noqa: E402

LATE_MS = 5000			# a deadline falls at most so late when all is up
BATCH = 64			# messages in the air when notify or its store dies
DUPLICATES_WITHIN_MS = 60000
FINAL = {"sent", "delivered", "failed", "expired", "undeliverable", "superseded", "bundled", "recalled", "kept"}
STATES = ("baru", "ditugaskan", "diterima", "menuju", "ditangani", "selesai", "menunggu", "ditutup")
CLOCKS = ("triase", "diambil", "ditangani", "diselesaikan")
RUNNING = 1

# Who may go where on what: from the description of a case's life, not from the daemons' table.
OPEN = {"baru", "ditugaskan", "diterima", "menuju", "ditangani"}
AT_WORK = {"ditugaskan", "diterima", "menuju", "ditangani"}
LEGAL = {
    "buka": {("", "ditugaskan")},
    "triase": {("", "baru")},
    "tugaskan": {(s, "ditugaskan") for s in OPEN | {"menunggu"}},
    "terima": {("ditugaskan", "diterima")} | {(s, s) for s in ("diterima", "menuju", "ditangani")},
    "menuju": {("ditugaskan", "menuju"), ("diterima", "menuju"), ("menuju", "menuju"),
               ("ditangani", "ditangani")},
    "tiba": {("menuju", "menuju")},
    "tangani": {(s, "ditangani") for s in AT_WORK | {"menunggu"}},
    "selesai": {(s, "selesai") for s in AT_WORK | {"menunggu"}},
    "bukan": {(s, "baru") for s in AT_WORK - {"ditangani"}},
    "lepas": {(s, s) for s in AT_WORK},
    "teruskan": {(s, "ditugaskan") for s in AT_WORK},
    "tanya": {(s, "menunggu") for s in OPEN},
    "tunggu": {(s, "menunggu") for s in ("diterima", "ditangani")},
    "lanjut": {("menunggu", s) for s in OPEN},
    "catat": {(s, s) for s in OPEN | {"selesai"}} | {("menunggu", s) for s in OPEN},
    "benar": {("selesai", "ditutup")},
    "lewat": {("selesai", "ditutup")},
    "dibenarkan": {("selesai", "ditutup")},
    "sanggah": {("selesai", "ditugaskan")},
    "batal": {(s, "ditutup") for s in OPEN | {"selesai", "menunggu"}},
    "minta-batal": {(s, s) for s in OPEN | {"menunggu"}},
    "tolak": {(s, "ditutup") for s in ("baru", "ditugaskan")},
    "gabung": {(s, "ditugaskan") for s in OPEN | {"menunggu"}},
    "ganda": {(s, "ditutup") for s in ("baru", "ditugaskan", "diterima")},
    "pisah": {(s, t) for s in ("ditugaskan", "ditangani") for t in ("ditugaskan", "baru")},
    "pecah": {(s, "ditugaskan") for s in ("ditugaskan", "ditangani")},
    "dua": {(s, s) for s in OPEN | {"selesai", "menunggu"}},
    "bertambah": {(s, s) for s in OPEN | {"selesai", "menunggu"}},
    "kebenaran": {(s, s) for s in OPEN | {"selesai", "menunggu"}},
    "janji": {(s, s) for s in OPEN},
    "urung": {(s, t) for s in OPEN | {"selesai"} for t in OPEN},
    "ambil-alih": {(s, "diterima") for s in OPEN | {"menunggu"}} | {("ditangani", "ditangani")},
    "kembali": {(s, "ditugaskan") for s in ("diterima", "menuju", "ditangani", "menunggu")},
    "pergi": {(s, s) for s in OPEN | {"selesai", "menunggu"}},
    "terbengkalai": {("diterima", "ditugaskan")},
    "berkas": {(s, s) for s in STATES},
    "berkas-hilang": {(s, s) for s in STATES},
    "tenggat": {(s, s) for s in OPEN | {"selesai", "menunggu"}},
    "tinjau": {(s, s) for s in OPEN | {"selesai", "menunggu"}},
}


class Verdict:
    def __init__(self):
        self.faults = collections.Counter()
        self.facts = []

    def red(self, rule, what):
        self.faults[rule] += 1
        if self.faults[rule] <= 8:
            print("RED  %s: %s" % (rule, what))

    def check(self, rule, holds, what):
        if not holds:
            self.red(rule, what)
        return holds

    def fact(self, text, *args):
        self.facts.append(text % args)


# ---- what there is ----

def read_history(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def read_log(r):
    """Every entry as (seq, bytes, digest) in order."""
    after, out = "-", []
    while True:
        batch = r("XRANGE", TAG + "log", after, "+", "COUNT", 2000)
        for entry_id, fields in batch:
            seq, _, part = entry_id.decode().partition("-")
            pairs = dict(zip(fields[::2], fields[1::2]))
            out.append((int(seq), int(part), pairs.get(b"e", b""), pairs.get(b"h", b"")))
        if len(batch) < 2000:
            return out
        after = "(" + batch[-1][0].decode()


def read_cases(r):
    keys = sorted(r.scan("case:*"))
    names = ("v", "d", "q", "i", "k", "m", "l")
    out = {}
    for key, row in zip(keys, r.many(("HMGET", k) + names for k in keys)):
        out[key.decode().rpartition(":")[2]] = dict(zip(names, row))
    return out


def read_messages(r):
    keys = sorted(r.scan("msg:*"))
    out = {}
    for key, row in zip(keys, r.many(("HMGET", k, "st", "z", "q", "in") for k in keys)):
        out[key.decode()[len(TAG) + 4:]] = [x.decode() if x is not None else None for x in row]
    return out


class Store:
    def __init__(self, house):
        r = house.redis(60)
        self.meta = {k.decode(): v.decode() for k, v in pairs(r("HGETALL", TAG + "meta"))}
        self.chain = {k.decode(): v.decode() for k, v in pairs(r("HGETALL", TAG + "chain"))}
        self.log = read_log(r)
        self.cases = read_cases(r)
        self.messages = read_messages(r)
        self.due = {m.decode(): int(float(s)) for m, s in pairs(r("ZRANGE", TAG + "due", 0, -1, "WITHSCORES"))}
        self.seen = {}
        for key in r.scan("seen:*"):
            self.seen.update({k.decode(): v.decode() for k, v in pairs(r("HGETALL", key))})
        self.tasks = set()
        for key in r.scan("task:*"):
            officer = key.decode()[len(TAG) + 5:]
            self.tasks |= {(officer, n.decode(), c.decode()) for n, c in pairs(r("HGETALL", key))}
        self.incidents = {k.decode(): c.decode() for k, c in pairs(r("HGETALL", TAG + "incidents"))}
        self.crowds = {k.decode() for k, _ in pairs(r("HGETALL", TAG + "crowds"))}
        self.members = set()
        for key in r.scan("members:*"):
            lead = key.decode()[len(TAG) + 8:]
            self.members |= {(lead, c.decode(), v.decode().split()[0]) for c, v in pairs(r("HGETALL", key))}
        self.reporters = set()
        for key in r.scan("rep:*"):
            who = key.decode()[len(TAG) + 4:]
            self.reporters |= {(who, c.decode()) for c, _ in pairs(r("HGETALL", key))}
        self.lists = {k.decode(): [x.decode() for x in r("LRANGE", k, 0, -1)] for k in r.scan("rcp:*")}
        self.lines = {k.decode(): r("ZRANGE", k, 0, -1) for k in r.scan("out:due:*")}
        self.streams = {lane: r("XRANGE", TAG + "in:" + lane, "-", "+") for lane in "en"}
        self.pending = {lane: r("XPENDING", TAG + "in:" + lane, "router")[0] for lane in "en"}
        self.sink = collections.defaultdict(list)
        for route in ("sms", "email"):
            for line in house.sent(route):
                self.sink[line["id"]].append(line)
        r.close()


def steady(house):
    """The store as of one moment: nothing was logged while it was read, and all of it is sealed."""
    store = Store(house)
    r = house.redis()
    same = r("HGET", TAG + "meta", "seq").decode() == store.meta["seq"] == store.chain.get("seq")
    waiting = any(r("ZCARD", k) for k in r.scan("out:due:*"))
    r.close()
    return store if same and not waiting else None


def pairs(flat):
    return list(zip(flat[::2], flat[1::2]))


# ---- 6: the log ----

def check_log(v, store, noted):
    """Gap-free, digests true, chain recomputed up to the seal; the entries as JSON by seq."""
    chain, entries, digests, expected = bytes(32), {}, {}, 1
    sealed = int(store.chain.get("seq", 0))
    for seq, part, body, digest in store.log:
        if not v.check("I5 gap", seq == expected and part == 0, "seq %d where %d was due" % (seq, expected)):
            expected = seq
        expected += 1
        true = hashlib.blake2b(body, digest_size=32).digest()
        v.check("I5 digest", true == digest, "entry %d has other bytes than its digest" % seq)
        chain = hashlib.blake2b(chain + seq.to_bytes(8, "big") + digest, digest_size=32).digest()
        digests[seq] = digest.hex()
        if seq == sealed:
            v.check("I5 chain", chain.hex() == store.chain["digest"], "the chain differs at its seal %d" % seq)
        try:
            entries[seq] = json.loads(body)
        except ValueError:
            v.red("I5 form", "entry %d is no JSON" % seq)
    v.check("I5 end", int(store.meta["seq"]) == expected - 1, "counted %s, log ends at %d" %
            (store.meta["seq"], expected - 1))
    v.check("I5 seal", sealed == expected - 1, "sealed up to %d of %d" % (sealed, expected - 1))
    for who, (seq, digest) in noted.items():
        v.check("I5 noted", digests.get(seq) == digest, "%s noted %d with another digest" % (who, seq))
    v.fact("%d log entries, chain whole", len(entries))
    return entries, digests


# ---- 3: cases ----

def check_entry(v, e, seq, prev_state, prev_digest, version):
    code = e["code"]
    v.check("I5 prev", e.get("prev", "") == prev_digest, "%s entry %d does not follow" % (code, seq))
    v.check("I5 version", e["v"] == version + 1, "%s v%d after v%d" % (code, e["v"], version))
    v.check("I5 from", e["from"] == prev_state, "%s entry %d from %s, was %s" % (code, seq, e["from"], prev_state))
    v.check("I3 legal", (e["from"], e["to"]) in LEGAL.get(e["what"], ()),
            "%s entry %d: %s from '%s' to '%s'" % (code, seq, e["what"], e["from"], e["to"]))


def doc_due(doc):
    """The one moment at which something of the case falls due, from its document."""
    if doc.get("st", 0) == STATES.index("ditutup"):
        return None
    moments = [c[3] for c in doc["ck"] if c and c[0] == RUNNING and c[3]]
    if doc.get("st", 0) == STATES.index("selesai"):
        moments.append(doc.get("cfm", 0))
    if doc.get("st", 0) == STATES.index("menunggu"):
        moments.append(doc.get("wt", 0))
    if doc.get("st", 0) == STATES.index("diterima"):
        moments.append(doc.get("stl", 0))
    moments.append(doc.get("rev", 0))
    return min((m for m in moments if m), default=None)


def check_cases(v, store, entries, digests):
    by_code = collections.defaultdict(list)
    for seq, e in entries.items():
        if "code" in e:
            by_code[e["code"]].append((seq, e))
    for code, own in by_code.items():
        state, digest, version = "", "", 0
        for seq, e in own:
            check_entry(v, e, seq, state, digest, version)
            state, digest, version = e["to"], digests[seq], e["v"]
        check_case(v, store, code, own, state, digest)
    waiting = {c.decode() for lane in store.streams.values() for _, f in lane for c in f[1::2]}
    for code, row in store.cases.items():
        if row["v"] == b"0":
            v.check("I1 reserved", code in waiting, "%s is reserved, but no entry in a stream names it" % code)
        else:
            v.check("I5 unlogged", code in by_code, "%s has no log entry" % code)
    live = {c for c, own in by_code.items() if own[-1][1]["to"] != "ditutup"}
    v.check("I3 due", set(store.due) == live, "due set and open cases differ by %s" %
            sorted(set(store.due) ^ live)[:5])
    v.fact("%d cases, %d open", len(by_code), len(live))
    return by_code


def check_case(v, store, code, own, state, digest):
    row = store.cases.get(code)
    if not v.check("I1 case", row is not None and row["d"], "%s is logged but not stored" % code):
        return
    doc = json.loads(row["d"])
    v.check("I5 stored", int(row["v"]) == len(own) == doc["v"], "%s: version %s, %d entries" %
            (code, row["v"], len(own)))
    v.check("I5 state", STATES[doc.get("st", 0)] == state, "%s: stored %s, log says %s" %
            (code, STATES[doc.get("st", 0)], state))
    v.check("I5 head", doc.get("dig") == digest, "%s: another digest than its last entry's" % code)
    v.check("I5 seqs", row["q"] == ",".join(str(s) for s, _ in own).encode(), "%s: names other entries" % code)
    due = doc_due(doc)
    if state == "ditutup":
        v.check("I3 closed", code not in store.due, "%s is closed and due" % code)
    else:
        v.check("I3 moment", store.due.get(code) == due, "%s due at %s, its document says %s" %
                (code, store.due.get(code), due))


def check_indexes(v, store):
    """Tasks and reporters as the documents say (I12); no input used by two cases (I2)."""
    tasks, reporters, inputs = set(), set(), collections.defaultdict(set)
    for code, row in store.cases.items():
        if not row["d"]:
            continue
        doc = json.loads(row["d"])
        tasks |= {(t[0], t[2], code) for t in doc["ts"] if t[4] != 2 and t[2]}
        if doc.get("rep") and STATES[doc.get("st", 0)] != "ditutup":
            reporters.add((doc["rep"], code))
        for i in (row["i"] or b"").split():
            inputs[i.decode()].add(code)
    v.check("I12 tasks", tasks == store.tasks, "task index differs by %s" % sorted(tasks ^ store.tasks)[:5])
    v.check("I12 reporters", reporters == store.reporters, "reporter index differs by %s" %
            sorted(reporters ^ store.reporters)[:5])
    for i, codes in inputs.items():
        v.check("I2 input", len(codes) == 1, "input %s was applied to %s" % (i, sorted(codes)))


def check_incidents(v, store, by_code):
    """Who follows whom: the lists say what the documents say; who follows has neither task nor rung."""
    docs = {c: json.loads(row["d"]) for c, row in store.cases.items() if row["d"]}
    follow = {(d["lead"], c, STATES[d.get("st", 0)]) for c, d in docs.items() if d.get("lead")}
    listed = {m for m in store.members if m[2] != "calon"}
    v.check("I12 members", follow == listed, "members differ by %s" % sorted(follow ^ listed)[:5])
    v.check("I12 crowds", {lead for lead, _, _ in store.members} <= store.crowds, "a crowd nobody walks through")
    leading = {d["inc"]: c for c, d in docs.items() if d.get("inc") and not d.get("lead") and not d.get("apt") and
               STATES[d.get("st", 0)] not in ("selesai", "ditutup")}
    for name, code in store.incidents.items():
        v.check("I12 incident", leading.get(name) is not None and docs.get(code, {}).get("inc") == name,
                "%s is led by %s, which does not" % (name, code))
    for name in leading:
        v.check("I12 incident", name in store.incidents, "%s is led by %s and not listed" % (name, leading[name]))
    for lead, code, _ in follow:
        v.check("I3 follower", lead in docs and lead != code, "%s follows %s, which is not there" % (code, lead))
        v.check("I3 follower", not docs[code]["ts"], "%s follows and has tasks" % code)
    for code, own in by_code.items():
        for seq, e in own:
            v.check("I4 follower", not (e["c"].get("lead") and "esc" in e), "%s entry %d climbs and follows" % (code, seq))
    v.fact("%d incidents going on, %d follow", len(store.incidents), len(follow))


# ---- 4: deadlines ----

def fault_intervals(history):
    """When the store or the engine was not there, or was coming back."""
    spans, since, last = [], {}, 0
    for h in history:
        last = max(last, h["wall_ms"])
        name = h.get("name", "").removesuffix("-2")
        if name not in ("redis", "sla"):
            continue
        if h["op"] in ("kill", "gone", "stop"):
            since.setdefault(name, h["wall_ms"])
        elif h["op"] in ("back", "thaw") and name in since:
            spans.append((since.pop(name), h["wall_ms"] + 1500))
    spans += [(start, last) for start in since.values()]
    for h in history:
        if h["op"] == "restart":
            spans.append((h["wall_ms"] - 15000, h["wall_ms"] + 15000))
    merged = []
    for a, b in sorted(spans):
        if merged and a <= merged[-1][1]:
            merged[-1][1] = max(b, merged[-1][1])
        else:
            merged.append([a, b])
    return merged


def overlap(a, b, spans):
    return sum(max(0, min(b, y) - max(a, x)) for x, y in spans)


def check_deadlines(v, store, by_code, spans):
    late = []
    for code, own in by_code.items():
        steps, before_ms = collections.defaultdict(list), 0
        for seq, e in own:
            if "esc" in e:
                check_fired(v, e, seq, before_ms, spans, late)
                esc = e["esc"]
                steps[(esc["clock"], esc["epoch"])].append((seq, esc))
            before_ms = e["at"]
        for (clock, epoch), run in steps.items():
            check_ladder(v, code, clock, epoch, run)
        doc = json.loads(store.cases[code]["d"]) if code in store.cases and store.cases[code]["d"] else None
        if doc:
            check_counts(v, code, doc, steps)
    late.sort()
    if late:
        v.fact("%d deadlines fell, late p50 %d ms, p99 %d ms, most %d ms (fault time taken off)", len(late),
               late[len(late) // 2], late[len(late) * 99 // 100], late[-1])
    return len(late)


def check_fired(v, e, seq, before_ms, spans, late):
    esc = e["esc"]
    v.check("I4 early", e["at"] >= esc["due_ms"], "%s entry %d fell %d ms early" %
            (e["code"], seq, esc["due_ms"] - e["at"]))
    v.check("I4 late_ms", esc["late_ms"] == e["at"] - esc["due_ms"], "entry %d says late %d" % (seq, esc["late_ms"]))
    start = max(esc["due_ms"], before_ms)
    net = e["at"] - start - overlap(start, e["at"], spans)
    late.append(net)
    v.check("I4 late", net <= LATE_MS, "%s entry %d fell %d ms late" % (e["code"], seq, net))


def check_ladder(v, code, clock, epoch, run):
    """Each warning and rung once, in order: warnings, the breach, rungs."""
    names = [(esc["kind"] == "breach", esc["rung"]) for _, esc in run]
    twice = [n for n, k in collections.Counter(names).items() if k > 1]
    v.check("I4 once", not twice, "%s %s epoch %d: %s more than once" % (code, clock, epoch, twice))
    dues = [esc["due_ms"] for _, esc in run if esc.get("why") != "kosong"]
    v.check("I4 order", all(a <= b for a, b in zip(dues, dues[1:])) or any(
        esc.get("why") == "kosong" for _, esc in run), "%s %s epoch %d: out of order" % (code, clock, epoch))
    rank = {"warning": 0, "breach": 1, "rung": 2}
    ranks = [rank[esc["kind"]] if esc["kind"] in rank else (0 if esc["rung"].endswith("%") else 2)
             for _, esc in run]
    v.check("I4 order", ranks == sorted(ranks), "%s %s epoch %d: a warning after a rung" % (code, clock, epoch))


def check_counts(v, code, doc, steps):
    """
    As many warnings and rungs behind each clock as entries tell.  Another ladder under a running clock
    begins a new epoch and keeps what was told before: then no fewer than this epoch's, no more than all.
    """
    for clock, c in zip(CLOCKS, doc["ck"]):
        if not c:
            continue
        least = told(steps.get((clock, c[9]), []))
        most = told([step for (other, _), run in steps.items() if other == clock for step in run]) if c[9] else least
        v.check("I4 counts", all(a <= n <= b for a, n, b in zip(least, c[6:8], most)),
                "%s %s: log has %d warnings, %d rungs; stored %d, %d" % (code, clock, *most, c[6], c[7]))


def told(run):
    """How many warnings and rungs these entries tell."""
    warned = sum(1 for _, esc in run if esc["rung"].endswith("%"))
    return warned, sum(1 for _, esc in run if esc["kind"] != "breach" and not esc["rung"].endswith("%"))


# ---- 5: messages ----

def unreachable(dir_):
    """Messages that could not be rendered or had no number: named in the daemons' logs."""
    told = set()
    for path in glob.glob(os.path.join(dir_, "log", "*.log")):
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                m = re.search(r"event=message_unreachable case=(\S+) kind=(\S+)", line)
                if m:
                    told.add(m.groups())
    return told


def check_outbox(v, store, entries, house, history):
    told, sink, expected = unreachable(house.dir), store.sink, 0
    for e in entries.values():
        for n, kind, _ in e.get("msgs", ()):
            expected += 1
            known = "%s.%d" % (e["code"], n) in store.messages or (e["code"], kind) in told
            v.check("I6 outbox", known, "%s.%d (%s) is logged but not in the outbox" % (e["code"], n, kind))
    for mid, (state, _, _, digest) in store.messages.items():
        v.check("I6 end", state in FINAL, "%s stands at %s" % (mid, state))
        if state == "sent":
            v.check("I6 sent", mid in sink, "%s is marked sent, but nothing left" % mid)
        if state == "bundled":
            v.check("I6 bundled", digest in store.messages and mid not in sink,
                    "%s is part of %s, which is not there, or left by itself too" % (mid, digest))
    for key, ids in store.lists.items():
        v.red("I6 list", "%s still holds %s" % (key, ids[:3])) if ids else None
    for key, ids in store.lines.items():
        v.red("I6 line", "%s still holds %s" % (key, ids[:3])) if ids else None
    check_sink(v, store, sink, history)
    v.fact("%d messages logged, %d in the outbox, %d left the house, %d of them in digests", expected, len(store.messages),
           len(sink), sum(row[0] == "bundled" for row in store.messages.values()))


def check_sink(v, store, sink, history):
    doubles = 0
    for mid, lines in sink.items():
        v.check("I6 id", mid in store.messages, "%s left the house, but is no outbox item" % mid)
        v.check("I6 text", len({(x["to"], x["text"]) for x in lines}) == 1, "%s left with two texts" % mid)
        doubles += len(lines) - 1
        v.check("I6 window", lines[-1]["at_ms"] - lines[0]["at_ms"] <= DUPLICATES_WITHIN_MS,
                "%s left again after %d ms" % (mid, lines[-1]["at_ms"] - lines[0]["at_ms"]))
    deaths = sum(1 for h in history if h["op"] in ("kill", "stop") and
                 h["name"].removesuffix("-2") in ("notify", "redis"))
    v.check("I6 doubles", doubles <= BATCH * deaths, "%d messages left twice, %d deaths allow %d" %
            (doubles, deaths, BATCH * deaths))
    v.fact("%d messages left twice (%d deaths of notify and store)", doubles, deaths)


# ---- 1, 2: reports ----

def check_reports(v, store, history):
    codes, kinds, failed = collections.defaultdict(set), {}, set()
    poison = set()
    for h in history:
        if h["op"] == "invoke":
            kinds[h["id"]] = h["kind"]
            if h.get("poison"):
                poison.add(h["id"])
        elif h["op"] == "ok":
            codes[h["id"]].add(h["code"])
        elif h["op"] == "fail":
            failed.add(h["id"])
    owner = {}
    for i, own in codes.items():
        if not v.check("I2 receipts", len(own) == 1, "%s got the receipts %s" % (i, sorted(own))):
            continue
        code = next(iter(own))
        v.check("I2 code", code not in owner, "%s and %s got the same receipt" % (i, owner.get(code)))
        owner[code] = i
        row = store.cases.get(code)
        if kinds[i] == "report":
            v.check("I1 lost", row is not None and row["v"] != b"0", "%s (%s) is acknowledged but no case" % (i, code))
    unanswered = set(kinds) - set(codes) - failed
    v.check("I13 open", not unanswered, "never answered: %s" % sorted(unanswered)[:5])
    strangers = set(store.cases) - set(owner)
    v.check("I2 strangers", len(strangers) <= len(unanswered), "%d cases that nobody was told of: %s" %
            (len(strangers), sorted(strangers)[:5]))
    v.check("I2 once", len(store.seen) == len(codes), "%d messages acknowledged, the store saw %d" %
            (len(codes), len(store.seen)))
    for lane in "en":
        v.check("I11 stream", not store.streams[lane] and not store.pending[lane],
                "lane %s: %d entries, %d pending" % (lane, len(store.streams[lane]), store.pending[lane]))
    if poison:
        check_poison(v, store, {c for i in poison for c in codes[i]})
    v.fact("%d messages acknowledged (%d reports), %d refused", len(codes),
           sum(1 for i in codes if kinds[i] == "report"), len(failed))
    return codes


def check_feed(v, history, entries):
    """The live feed told of every open escalation once, in order, through every cut."""
    told = [h["seq"] for h in history if h["op"] == "feed" and h["event"] == "eskalasi"]
    if not any(h["op"] == "feed" for h in history):
        return
    newest = max(told, default=0)
    due = {seq for seq, e in entries.items() if "esc" in e and not e["c"].get("sealed") and seq <= newest}
    v.check("feed", set(told) == due, "%d escalations never told, as %s; %d told that are none" %
            (len(due - set(told)), sorted(due - set(told))[:3], len(set(told) - due)))
    v.check("feed", len(told) == len(set(told)), "%d told more than once" % (len(told) - len(set(told))))
    v.check("feed", not any(h["op"] == "feed_behind" for h in history), "it stayed behind")
    v.fact("%d escalations told by the live feed", len(told))


def check_acknowledged(v, house, history):
    """
    An input is used up by the very commit it led to.  Only a reader that was stopped in between
    may come upon an entry whose report is gone.
    """
    if any(h["op"] == "stop" for h in history):
        return
    for path in glob.glob(os.path.join(house.dir, "log", "router*.log")):
        with open(path, encoding="utf-8", errors="replace") as f:
            stale = sum("event=entry_without_report" in line for line in f)
        v.check("I11 used up", stale == 0, "%d entries outlived their commit" % stale)


def check_poison(v, store, codes):
    """What kills the reader is read by a human, and takes nobody along (P7)."""
    for code in codes:
        row = store.cases.get(code)
        doc = json.loads(row["d"]) if row and row["d"] else {}
        v.check("P7 triage", doc and not doc.get("un") and doc.get("cf", 0) == 0 and row["l"],
                "%s is poison and not in triage with its words" % code)
    v.fact("%d poisoned reports in triage", len(codes))


def check_worth(v, history, codes):
    """A run that broke nothing proves nothing."""
    kills = collections.Counter(h["name"] for h in history if h["op"] in ("kill", "stop"))
    inside, during = False, 0
    for h in history:
        inside = (inside or h["op"] == "faults_begin") and h["op"] != "faults_end"
        during += inside and h["op"] == "invoke"
    v.check("vacuous", during >= 50, "only %d operations during the faults" % during)
    v.check("vacuous", sum(kills.values()) > 0, "nothing was killed or stopped")
    v.check("vacuous", len(codes) > 0, "nothing was acknowledged")
    v.fact("%d operations during the faults; hit: %s", during,
           ", ".join("%s %d" % k for k in sorted(kills.items())))


def read_noted(dir_):
    out = {}
    for path in glob.glob(os.path.join(dir_, "noted", "*")):
        if os.path.basename(path) == "generation":
            continue
        with open(path) as f:
            slots = [line.replace("\0", " ").split() for line in f.read().splitlines()]
        notes = [(int(w[0]), w[1]) for w in slots if len(w) == 2 and len(w[1]) == 64]
        if notes:
            out[os.path.basename(path)] = max(notes)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("dir", "history", "build", "conf"):
        p.add_argument("--" + name, required=True)
    p.add_argument("--phase", default="")
    p.add_argument("--no-faults", action="store_true", help="a scenario without kills")
    args = p.parse_args()
    house, v = House(args.build, args.dir, args.conf), Verdict()
    history = read_history(args.history)
    noted = read_noted(args.dir)		# before the store is read: it can only have grown since
    store = wait_for("a store at rest", lambda: steady(house), 60, 0.3)
    entries, digests = check_log(v, store, noted)
    by_code = check_cases(v, store, entries, digests)
    check_indexes(v, store)
    check_incidents(v, store, by_code)
    check_deadlines(v, store, by_code, fault_intervals(history))
    check_outbox(v, store, entries, house, history)
    codes = check_reports(v, store, history)
    check_acknowledged(v, house, history)
    check_feed(v, history, entries)
    if not args.no_faults:
        check_worth(v, history, codes)
    status, report = house.command("audit", "verify")
    v.check("I5 audit", status == 0, "audit verify: %s" % report.strip())
    status, report = house.command("replay")
    v.check("J11 replay", status == 0, "replay: %s" % report.strip()[:2000])
    v.fact("%s", report.strip().split("\n")[-1])
    for fact in v.facts:
        print("     %s" % fact)
    print("checker %s: %s" % (args.phase, "all held" if not v.faults else
                              "BROKEN " + ", ".join("%s x%d" % f for f in sorted(v.faults.items()))))
    return 1 if v.faults else 0


if __name__ == "__main__":
    sys.exit(main())
