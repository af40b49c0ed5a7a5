#!/usr/bin/env python3
"""A second verifier of the record, written from docs/record.md alone: it shares nothing with the first.

usage: record.py RECORD --key HEX [--heads FILE] [--code CODE --check CODE]...
       record.py --example docs/record.md       the worked example, every number of it recomputed
Prints "clean ..." and ends with 0, or the first thing that is wrong and ends with 1; 2: cannot be read.
"""
import hashlib
import json
import re
import sys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SLACK = 60000


class Wrong(Exception):
    pass


def blake(data):
    return hashlib.blake2b(data, digest_size=32).digest()


# ---- Ed25519, as in RFC 8032, section 6: slow, and without any library ----

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    out = (0, 1, 1, 0)
    while n > 0:
        if n & 1:
            out = add(out, point)
        point = add(point, point)
        n >>= 1
    return out


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT % P
    if (x * x - x2) % P != 0 or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point_of(data):
    y = int.from_bytes(data, "little")
    x = recover(y & (1 << 255) - 1, y >> 255)
    y &= (1 << 255) - 1
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signed(public, message, signature):
    key, point = point_of(public), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or point is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    return same(times(s, BASE), add(point, times(h, key)))


def public_of(seed):
    a = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & (1 << 254) - 8 | 1 << 254
    x, y, z, _ = times(a, BASE)
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


# ---- the record ----

HEAD = re.compile(r"(kentongan-head 1 seq=(\d+) chain=([0-9a-f]{64}) at=(\d+) key=([0-9a-f]{16})) sig=([0-9a-f]{128})")
KEY = re.compile(r"(kentongan-key 1 id=([0-9a-f]{16}) public=([0-9a-f]{64}) at=\d+ by=([0-9a-f]{16}|-))"
                 r" own=([0-9a-f]{128}) sig=([0-9a-f]{128}|-)")


def check_code(digest):
    bits = int.from_bytes(digest, "big") >> 206
    text = "".join(ALPHABET[bits >> 5 * (9 - i) & 31] for i in range(10))
    return text[:5] + "-" + text[5:]


def plain(text):
    text = text.upper().replace("-", "").replace(" ", "")
    return text.translate(str.maketrans("OIL", "011"))


class Record:
    def __init__(self, trusted, kept, receipts):
        self.keys, self.trusted = {}, {blake(trusted).hex()[:16]}
        self.key_lines, self.trusted_key = [], trusted
        self.kept, self.receipts = kept, dict(receipts)
        self.seq, self.chain, self.at = 0, bytes(32), 0
        self.head_seq, self.head_at, self.heads = 0, 0, 0
        self.cases, self.withheld, self.ended = {}, {}, False
        self.opened = {}

    def key(self, line):
        m = KEY.fullmatch(line)
        if not m:
            raise Wrong("a key in another form")
        body, ident, public, by, own, sig = m.groups()
        if blake(bytes.fromhex(public)).hex()[:16] != ident or \
                not signed(bytes.fromhex(public), body.encode(), bytes.fromhex(own)):
            raise Wrong("a key that does not stand for itself")
        self.keys[ident] = bytes.fromhex(public)
        self.key_lines.append((ident, by, body, sig))
        grown = True
        while grown:
            grown = False
            for one, elder, text, vouch in self.key_lines:
                if elder == "-" or elder not in self.keys or (one in self.trusted) == (elder in self.trusted):
                    continue
                if signed(self.keys[elder], text.encode(), bytes.fromhex(vouch)):
                    self.trusted |= {one, elder}
                    grown = True

    def judge_head(self, line):
        m = HEAD.fullmatch(line)
        if not m:
            raise Wrong("a head in another form")
        body, seq, chain, at, ident, sig = m.groups()
        if ident not in self.keys or ident not in self.trusted:
            raise Wrong(f"head at entry {seq}: its key is foreign")
        if not signed(self.keys[ident], body.encode(), bytes.fromhex(sig)):
            raise Wrong(f"head at entry {seq}: forged")
        return int(seq), bytes.fromhex(chain), int(at)

    def head(self, line):
        seq, chain, at = self.judge_head(line)
        if seq > self.seq:
            raise Wrong(f"entry {self.seq + 1}: missing, cut off before a head")
        if 0 < seq < self.seq:
            raise Wrong(f"head at entry {seq}: out of order")
        if seq > 0 and chain != self.chain:
            raise Wrong(f"head at entry {seq}: another chain")
        if at < self.head_at or self.at > at + SLACK:
            raise Wrong(f"head at entry {seq}: its time cannot be")
        self.head_seq, self.head_at, self.heads = seq, at, self.heads + 1

    def entry(self, o):
        seq = o["seq"]
        if self.seq == 0:
            self.kept = sorted((self.judge_head(k) for k in self.kept), key=lambda k: k[0])
        if seq <= self.seq:
            raise Wrong(f"entry {seq}: inserted or reordered")
        if seq != self.seq + 1:
            raise Wrong(f"entry {self.seq + 1}: missing")
        h = bytes.fromhex(o["h"])
        if "e" in o:
            self.words(seq, h, o["e"].encode())
        else:
            self.withheld[h.hex()] = seq
        self.chain = blake(self.chain + seq.to_bytes(8, "big") + h)
        self.seq = seq
        for kept, chain, _ in self.kept:
            if kept == seq and chain != self.chain:
                raise Wrong(f"entry {seq}: not the record of the head that was kept")

    def words(self, seq, h, text):
        if blake(text) != h:
            raise Wrong(f"entry {seq}: changed")
        o = json.loads(text)
        if o["at"] < self.at - SLACK or o["at"] < self.head_at - SLACK:
            raise Wrong(f"entry {seq}: back-dated")
        self.at = max(self.at, o["at"])
        if o.get("what") == "arsip":
            m = re.match(r"first=(\d+) last=(\d+)", o.get("detail", ""))
            if not m or not int(m.group(1)) <= int(m.group(2)) < seq:
                raise Wrong(f"entry {seq}: no round of the archive")
        if "code" not in o:
            return
        last, version = self.cases.get(o["code"], ("", 0))
        prev = o.get("prev", "")
        if prev == last:
            if o["v"] != version + 1:
                raise Wrong(f"entry {seq}: its version does not follow")
        elif prev not in self.withheld:
            raise Wrong(f"entry {seq}: does not follow the entry before it of its case")
        if prev == "":
            self.opened[o["code"]] = h
        self.cases[o["code"]] = (h.hex(), o["v"])

    def line(self, o):
        if self.ended:
            raise Wrong("something stands after the end")
        if "key" in o:
            self.key(o["key"])
        elif "head" in o:
            self.head(o["head"])
        elif "seq" in o:
            self.entry(o)
        elif "seam" in o:
            if o["seam"] != self.seq or bytes.fromhex(o["chain"]) != self.chain:
                raise Wrong(f"entry {o['seam']}: the archive was edited")
        elif "end" in o:
            self.ended = True
            if o["end"] > self.seq:
                raise Wrong(f"entry {self.seq + 1}: missing, the tail was cut")
            if o["end"] != self.seq or bytes.fromhex(o["chain"]) != self.chain:
                raise Wrong(f"entry {o['end']}: the end is another")
        else:
            raise Wrong("a line that no record knows")

    def end(self):
        if not self.ended:
            raise Wrong(f"entry {self.seq + 1}: missing, there is no end")
        if self.heads == 0 or self.head_seq < self.seq:
            raise Wrong(f"entry {self.head_seq + 1}: no head covers it")
        if self.kept and self.kept[-1][0] > self.seq:
            raise Wrong(f"entry {self.seq + 1}: missing, a head was kept of a later one")
        for code, check in self.receipts.items():
            if code in self.opened:
                if plain(check_code(self.opened[code])) != check:
                    raise Wrong(f"receipt {code}: another check code")
            elif not any(plain(check_code(bytes.fromhex(h))) == check for h in self.withheld):
                raise Wrong(f"receipt {code}: not in the record")


def verify(lines, trusted, kept, receipts):
    r = Record(trusted, kept, receipts)
    try:
        for n, text in enumerate(lines):
            o = json.loads(text)
            if n == 0:
                if o.get("record") != "kentongan" or o.get("format") != 1:
                    raise Wrong("not the beginning of a record")
                continue
            r.line(o)
        r.end()
    except Wrong as w:
        print(w)
        return 1
    except (ValueError, KeyError, TypeError) as e:
        print(f"a line cannot be read: {e}")
        return 1
    print(f"clean: {r.seq} entries, {len(r.withheld)} withheld, {len(r.cases)} cases, {r.heads} heads")
    return 0


def example(path):
    """Every number of the worked example, from its own bytes."""
    text = open(path, encoding="utf-8").read()
    lines = re.search(r"```record\n(.*?)```", text, re.S).group(1).splitlines()
    public = public_of(bytes(range(1, 33)))
    entries = [json.loads(x) for x in lines if '"seq"' in x]
    digests = [blake(e["e"].encode()) for e in entries]
    chain, expect = bytes(32), [public.hex(), blake(public).hex()[:16], check_code(digests[0])]
    for n, d in enumerate(digests, 1):
        chain = blake(chain + n.to_bytes(8, "big") + d)
        expect += [d.hex(), chain.hex()]
    missing = [x for x in expect if f"`{x}`" not in text]
    if missing:
        print("not in the document:", *missing)
        return 1
    return verify(lines, public, [], {"7K3F9QXF": plain(check_code(digests[0]))})


def main(argv):
    if len(argv) == 2 and argv[0] == "--example":
        return example(argv[1])
    path, trusted, kept, receipts = None, None, [], []
    rest = iter(argv)
    for a in rest:
        if a == "--key":
            trusted = bytes.fromhex(next(rest))
        elif a == "--heads":
            kept = [m.group(0) for m in HEAD.finditer(open(next(rest), encoding="utf-8").read())]
        elif a == "--code":
            receipts.append([plain(next(rest)), None])
        elif a == "--check":
            receipts[-1][1] = plain(next(rest))
        else:
            path = a
    try:
        lines = open(path, encoding="utf-8").read().splitlines()
    except OSError as e:
        print(e, file=sys.stderr)
        return 2
    return verify(lines, trusted, kept, receipts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
