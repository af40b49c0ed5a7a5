"""Load for a house under test: residents who report, officers and residents who answer.

A seeded plan: the same seed sends the same texts from the same numbers in the same order.  Each
message has one id for ever: one whose outcome is unknown is sent again under it until it is
acknowledged.
"""
import heapq
import http.client
import json
import random
import re
import threading
import time

from house import Late, wait_for

PLACES = (
    "desa Licin", "kelurahan Kebalenan", "desa Sumberberas", "desa Genteng Kulon", "desa Kalibaru Kulon",
    "desa Sraten", "desa Benculuk", "desa Wringinpitu", "desa Bangorejo", "desa Grajagan",
)
REPORTS = (
    ("lampu jalan mati di {place} sejak kemarin malam", 6),
    ("jalan berlubang di {place} dekat masjid, tolong diperbaiki", 5),
    ("sampah menumpuk di {place} sudah seminggu", 4),
    ("air pdam mati di {place} dari tadi pagi", 3),
    ("pohon tumbang menutup jalan di {place}", 3),
    ("kebakaran rumah di {place}, tolong cepat", 2),
    ("kecelakaan motor di {place}, ada korban luka", 2),
    ("banjir masuk rumah di {place}, tolong", 1),
    ("urus ktp di {place} dipersulit petugas", 2),
    ("ada masalah di sini tolong dicek", 1),
    ("bansos di {place} tidak merata", 1),
)


class History:
    """What was done and what was answered, one JSON line each."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.counts = {}

    def add(self, op, **more):
        line = dict(more, op=op, mono=round(time.monotonic(), 4), wall_ms=int(time.time() * 1000))
        with self.lock:
            self.counts[op] = self.counts.get(op, 0) + 1
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()

    def close(self):
        self.file.close()


def tasks_of(line):
    """(code, nonce) of each task that a message tells of, alone or in a digest."""
    if line["kind"] == "tugas":
        nonce = re.search(r"TANGANI ([0-9A-Z]{3,5})\b", line["text"])
        return [(line["code"], nonce.group(1))] if nonce else []
    if line["kind"] == "ikhtisar":
        return [(a + b, n) for a, b, n in
                re.findall(r"\b([0-9A-Z]{4})-([0-9A-Z]{4}) [^;]*? sblm [^;]*?: TANGANI ([0-9A-Z]{3,5})\b", line["text"])]
    return []


class Load:
    def __init__(self, house, history, seed, rate, workers=12, acting=0.4, tag="", poison=0):
        self.house, self.history, self.rate = house, history, rate
        self.rng = random.Random(seed)
        self.acting, self.tag, self.poison = acting, tag or "s%d" % seed, poison
        self.lock = threading.Condition()
        self.queue = []				# (when, order, message)
        self.order = 0
        self.open_ids = set()			# not acknowledged yet
        self.made, self.progress = 0, threading.Condition()	# reports so far
        self.stopping = threading.Event()
        self.read_to = 0
        self.texts = [t for t, weight in REPORTS for _ in range(weight)]
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
        self.producer = threading.Thread(target=self.produce, daemon=True)
        self.actor = threading.Thread(target=self.act, daemon=True)

    def start(self):
        for t in self.threads + [self.producer, self.actor]:
            t.start()
        return self

    # ---- the plan ----

    def put(self, message, after_s=0.0):
        with self.lock:
            self.order += 1
            heapq.heappush(self.queue, (time.monotonic() + after_s, self.order, message))
            self.lock.notify()

    def report(self, n):
        rng = self.rng
        text = rng.choice(self.texts).format(place=rng.choice(PLACES))
        if self.poison and n % self.poison == self.poison - 1:
            text = "RACUN-UJI " + text
        return {"id": "%s-r%d" % (self.tag, n), "kind": "report", "text": text,
                "from": "+6281%09d" % (n + 1)}

    def produce(self):
        """Paces by a clock; everything else here follows facts."""
        began, n = time.monotonic(), 0
        while not self.stopping.is_set():
            due = began + n / self.rate
            pause = due - time.monotonic()
            if pause > 0:
                self.stopping.wait(pause)
                continue
            m = self.report(n)
            with self.lock:
                self.open_ids.add(m["id"])
            self.put(m)
            if self.rng.random() < 0.1:		# the gateway delivers it again
                self.put(m, self.rng.uniform(0.0, 3.0))
            n += 1
            with self.progress:
                self.made = n
                self.progress.notify_all()

    def reach(self, n):
        """Waits until n reports were made: a moment of the load, the same in every run of a seed."""
        with self.progress:
            if not self.progress.wait_for(lambda: self.made >= n, 60 + n / self.rate):
                raise Late("the load: only %d of %d reports made" % (self.made, n))

    # ---- those who answer ----

    def act(self):
        while not self.stopping.is_set():
            lines, self.read_to = self.house.sent_since(self.read_to)
            for line in lines:
                self.answer(line)
            self.stopping.wait(0.2)

    def command(self, line, text, after_s):
        self.order += 1
        m = {"id": "%s-c%d" % (self.tag, self.order), "kind": "command", "text": text,
             "from": line["to"], "about": line["code"]}
        with self.lock:
            self.open_ids.add(m["id"])
        self.put(m, after_s)

    def answer(self, line):
        rng = self.rng
        for code, n in tasks_of(line):
            if rng.random() >= self.acting:
                continue
            task, wait = dict(line, code=code), rng.uniform(0.2, 2)
            self.command(task, "TERIMA " + n, wait)
            if rng.random() < 0.8:
                self.command(task, "TANGANI %s sedang dikerjakan" % n, wait + rng.uniform(0.5, 2))
            if rng.random() < 0.6:
                self.command(task, "SELESAI %s sudah beres" % n, wait + rng.uniform(2.5, 4))
        if line["kind"] == "kabar-selesai":
            self.command(line, rng.choice(("1", "1", "2", "1 " + line["code"])), rng.uniform(0.2, 1))

    # ---- the wire ----

    def next(self):
        with self.lock:
            while True:
                now = time.monotonic()
                if self.queue and self.queue[0][0] <= now:
                    return heapq.heappop(self.queue)[2]
                if self.stopping.is_set() and not self.open_ids:
                    return None
                self.lock.wait(min(self.queue[0][0] - now, 0.2) if self.queue else 0.2)

    def work(self):
        conn = None
        while True:
            m = self.next()
            if m is None:
                break
            if conn is None:
                conn = self.house.connect()
            if not self.send(conn, m):
                conn.close()
                conn = None
        if conn is not None:
            conn.close()

    def send(self, conn, m):
        """One delivery; False when the connection is of no use any more."""
        self.history.add("invoke", id=m["id"], kind=m["kind"], sender=m["from"],
                         poison="RACUN-UJI" in m["text"])
        try:
            status, body = self.house.post_sms(conn, m["id"], m["from"], m["text"])
        except (OSError, http.client.HTTPException) as e:
            self.history.add("unknown", id=m["id"], why=type(e).__name__)
            self.put(m, 0.3)
            return False
        if status == 202 and body and "code" in body:
            self.history.add("ok", id=m["id"], code=body["code"])
            with self.lock:
                self.open_ids.discard(m["id"])
        elif status >= 500:
            self.history.add("unknown", id=m["id"], why=status)
            self.put(m, 0.5)
        else:
            self.history.add("fail", id=m["id"], why=status)
            with self.lock:
                self.open_ids.discard(m["id"])
        return True

    # ---- the end ----

    def finish(self, limit_s=60):
        """No new messages; returns when each is acknowledged or refused."""
        self.stopping.set()
        for t in (self.producer, self.actor):
            t.join(15)
        wait_for("every message acknowledged", lambda: not self.open_ids, limit_s, 0.05)
        for t in self.threads:
            t.join(15)
