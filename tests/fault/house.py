"""A house under test: its own folder, its own configuration, its processes, its store.

Shares no code with the daemons: it speaks to them as the world does, by HTTP, signals and RESP.
Every wait is for a fact, with a deadline; only processes that this house started are touched.
"""
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

TAG = "kt:{3510}:"
DAEMONS = ("ingest", "router", "sla", "notify", "console")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def without_factors(conf):
    """A browser has no telephone: nobody needs a second factor in the house of that folder."""
    with open(os.path.join(conf, "kentongan.yaml"), "a", encoding="utf-8") as f:
        f.write("console:\n  second_factor: none\n")


class Late(Exception):
    """What was waited for did not come in time."""


def wait_for(what, fact, limit_s, pause_s=0.02):
    """Looks until fact() is true and returns its value; Late after limit_s."""
    until = time.monotonic() + limit_s
    while True:
        value = fact()
        if value:
            return value
        if time.monotonic() > until:
            raise Late("%s: not within %g s" % (what, limit_s))
        time.sleep(pause_s)


# ---- configuration ----

UNITS_MS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}


def scaled_sla(text, factor):
    """
    sla.yaml with the durations of clocks and ladders divided, but for the cure's: a house whose
    load has ended comes to rest.
    """

    def ms_of(match):
        ms = int(match.group(2)) * UNITS_MS[match.group(3)]
        return "%s%dms" % (match.group(1), max(ms // factor, 1 if ms else 0))

    head, rest = text.split("\nlain:", 1)
    clocks, cure = head.split("\n  - nama: diselesaikan", 1)
    cure, ladders = cure.split("\ntangga:", 1)
    pattern = r"((?:dalam|setelah): )(\d+)(ms|[smhd])\b"
    return "".join((re.sub(pattern, ms_of, clocks), "\n  - nama: diselesaikan", cure, "\ntangga:",
                    re.sub(pattern, ms_of, ladders), "\nlain:", rest))


def set_spans(text, spans):
    for name, value in spans.items():
        text, n = re.subn(r"(?m)^(  %s: )\S+" % name, r"\g<1>" + value, text)
        if n != 1:
            raise ValueError("sla.yaml has no line for " + name)
    return text


def make_conf(to, factor, spans, settings):
    """A scaled copy of conf/ in its own folder."""
    shutil.copytree(os.path.join(TOP, "conf"), to)
    path = os.path.join(to, "sla.yaml")
    with open(path, encoding="utf-8") as f:
        text = set_spans(scaled_sla(f.read(), factor), spans)
    # A test that runs at night expects what it expects by day.
    text, held = re.subn(r"(?m)^  malam(-tahan)?: .*\n", "", text)
    if held != 2:
        raise ValueError("sla.yaml: %d lines of the night, 2 expected" % held)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    with open(os.path.join(to, "kentongan.yaml"), "w", encoding="utf-8") as f:
        f.write('regency: "3510"\nname: Kabupaten Uji\n')
        # What an officer's quarter of an hour holds back must leave before a test looks.
        # What nobody sent is no part of a history.
        for name, value in {"notify.storm_window": "2s", "canary.every": "0s", **settings}.items():
            f.write("%s: %s\n" % (name, value))


# ---- the store, as RESP ----

class RedisError(Exception):
    pass


class Redis:
    """A plain RESP client on the store's socket; answers are bytes, ints, lists, None."""

    def __init__(self, path, password, limit_s=30):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(limit_s)
        self.sock.connect(path)
        self.file = self.sock.makefile("rb")
        self("AUTH", password)

    def close(self):
        self.file.close()
        self.sock.close()

    def __call__(self, *args):
        self.send(args)
        return self.read()

    def send(self, args):
        parts = [a if isinstance(a, bytes) else str(a).encode() for a in args]
        out = [b"*%d\r\n" % len(parts)]
        for p in parts:
            out.append(b"$%d\r\n%s\r\n" % (len(p), p))
        self.sock.sendall(b"".join(out))

    def many(self, commands):
        """Pipelined; yields the answers in order."""
        commands = list(commands)
        for i in range(0, len(commands), 500):
            batch = commands[i:i + 500]
            for c in batch:
                self.send(c)
            for _ in batch:
                yield self.read()

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the store closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        n = int(rest)
        if n < 0:
            return None
        if kind == b"$":
            data = self.file.read(n + 2)
            if len(data) != n + 2:
                raise ConnectionError("the store closed the connection")
            return data[:-2]
        return [self.read() for _ in range(n)]

    def scan(self, pattern):
        cursor, seen = b"0", set()
        while True:
            cursor, keys = self("SCAN", cursor, "MATCH", TAG + pattern, "COUNT", 1000)
            seen.update(keys)
            if cursor == b"0":
                return seen


# ---- the processes ----

def start_time(pid):
    """Clock ticks since boot at which a process began; None if there is none, or only its corpse."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rpartition(")")[2].split()
        return None if fields[0] == "Z" else int(fields[19])
    except (OSError, IndexError):
        return None


class House:
    def __init__(self, build, dir_, conf, env=None):
        self.build, self.dir, self.conf = os.path.abspath(build), dir_, conf
        self.env = dict(os.environ, **(env or {}))
        self.up = None
        self.http = self.console = None
        self.seconds = []		# further instances, started by hand

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def start(self, limit_s=60):
        """Starts `up`; returns when it says ready."""
        errors = open(self.dir + ".up.log", "ab")
        self.up = subprocess.Popen(
            [os.path.join(self.build, "kentongan"), "up", "--dir", self.dir, "--conf", self.conf,
             "--http", "0", "--console", "0"],
            stdout=subprocess.PIPE, stderr=errors, env=self.env, text=True)
        errors.close()
        os.set_blocking(self.up.stdout.fileno(), False)

        def ready():
            line = self.up.stdout.readline()
            if self.up.poll() is not None:
                raise Late("up ended with %d; see %s.up.log" % (self.up.returncode, self.dir))
            return line if line.startswith("ready ") else None

        words = dict(w.split("=", 1) for w in wait_for("ready line", ready, limit_s).split()[1:])
        self.http, self.console = (words[k].split("//")[1] for k in ("http", "console"))
        return self

    def ended(self, p):
        """A second instance that was killed on purpose."""
        p.wait()
        self.seconds.remove(p)

    def stop_seconds(self, limit_s):
        """Names of those that had ended by themselves, or did not end as they were told."""
        wrong = []
        for name, p in ((p.args[-1], p) for p in self.seconds):
            if p.poll() is not None:
                wrong.append("%s had ended with %d" % (name, p.returncode))
                continue
            p.send_signal(signal.SIGCONT)
            p.terminate()
            try:
                if p.wait(limit_s) != 0:
                    wrong.append("%s ended with %d" % (name, p.returncode))
            except subprocess.TimeoutExpired:
                p.kill()
                wrong.append("%s did not end" % name)
        self.seconds = []
        return wrong

    def stop(self, limit_s=40):
        wrong = self.stop_seconds(limit_s)
        if self.up is not None and self.up.poll() is None:
            self.up.terminate()
            self.up.wait(limit_s)
        if self.up is not None:
            self.up.stdout.close()
        self.up = None
        if wrong:
            raise Late("second instances: " + ", ".join(wrong))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def pid(self, name):
        """Its pid while it lives; None otherwise.  The start time guards against strangers."""
        try:
            with open(self.path("run", name + ".pid")) as f:
                pid = int(f.read())
            with open(self.path("run", name + ".start")) as f:
                start = int(f.read())
        except (OSError, ValueError):
            return None
        return pid if start and start_time(pid) == start else None

    def signal(self, name, what):
        """Sends a signal to one of ours; the pid it went to, or None."""
        pid = self.pid(name)
        if pid is not None:
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                return None
        return pid

    def second(self, name, instance):
        """Another instance of a daemon on the same store."""
        with open(self.path("run", "redis.url")) as f:
            url = f.read().strip()
        log = open(self.path("log", instance + ".log"), "ab")
        p = subprocess.Popen(
            [os.path.join(self.build, "kentongan-" + name), "--conf", self.conf, "--dir", self.dir,
             "--redis", url, "--name", instance],
            stdout=subprocess.DEVNULL, stderr=log, env=self.env)
        log.close()
        self.seconds.append(p)
        return p

    # ---- the store ----

    def secret(self, name):
        with open(self.path("secrets", name)) as f:
            return f.read().strip()

    def redis(self, limit_s=30):
        return Redis(self.path("redis", "redis.sock"), self.secret("redis"), limit_s)

    def store_answers(self):
        try:
            r = self.redis(2)
        except (OSError, RedisError):
            return False
        try:
            return r("PING") == b"PONG"
        except (OSError, RedisError):
            return False
        finally:
            r.close()

    def spooled(self):
        try:
            return len(os.listdir(self.path("spool", "new")))
        except FileNotFoundError:
            return 0

    def restless(self):
        """Why the house is not quiet yet; '' when nothing is pending and nothing is due."""
        try:
            r = self.redis(5)
        except (OSError, RedisError) as e:
            return "store: %s" % e
        try:
            now = r("TIME")
            now_ms = int(now[0]) * 1000 + int(now[1]) // 1000
            for lane in "en":
                if r("XLEN", TAG + "in:" + lane):
                    return "in:%s holds entries" % lane
            if self.spooled():
                return "the spool holds files"
            for line in r.scan("out:due:*"):
                if r("ZCARD", line):
                    return "messages wait in %s" % line.decode()
            if r("ZCOUNT", TAG + "due", "-inf", now_ms):
                return "deadlines are due"
            if r("HGET", TAG + "meta", "seq") != r("HGET", TAG + "chain", "seq"):
                return "the chain is behind the log"
        except (OSError, RedisError) as e:
            return "store: %s" % e
        finally:
            r.close()
        return ""

    def quiet(self, limit_s, steady=3):
        """Waits until the house was found at rest so many times in a row."""
        seen = []

        def calm():
            seen.append(self.restless())
            return len(seen) >= steady and not any(seen[-steady:])

        try:
            wait_for("quiet", calm, limit_s, 0.1)
        except Late as e:
            raise Late("%s: %s" % (e, seen[-1])) from None

    # ---- what the world does ----

    def signature(self, body, at=None, secret=None):
        t = str(int(at if at is not None else time.time())).encode()
        key = (secret or self.secret("sms_http")).encode()
        return "t=%s,v1=%s" % (t.decode(), hmac.new(key, t + b"." + body, hashlib.sha256).hexdigest())

    def post_sms(self, conn, message_id, sender, text, signature=None):
        """(status, body as JSON or None).  Raises OSError or HTTPException: the outcome is unknown."""
        body = json.dumps({"id": message_id, "from": sender, "text": text}).encode()
        conn.request("POST", "/hook/sms/http", body, {
            "Content-Type": "application/json",
            "X-Kentongan-Signature": signature or self.signature(body)})
        answer = conn.getresponse()
        data = answer.read()
        try:
            return answer.status, json.loads(data)
        except ValueError:
            return answer.status, None

    def connect(self, limit_s=10):
        return http.client.HTTPConnection(self.http, timeout=limit_s)

    def as_machine(self, headers=None):
        """With the secret that lets what runs on this machine into the console."""
        return {"Authorization": "Bearer " + self.secret("console_admin"), **(headers or {})}

    def get(self, path, console=False, headers=None, limit_s=10):
        """(status, headers, bytes)."""
        conn = http.client.HTTPConnection(self.console if console else self.http, timeout=limit_s)
        try:
            conn.request("GET", path, headers=self.as_machine(headers) if console else headers or {})
            answer = conn.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            conn.close()

    def command(self, *args, limit_s=60):
        """Runs `kentongan ...`; (exit status, output)."""
        p = subprocess.run([os.path.join(self.build, "kentongan"), *args, "--dir", self.dir,
                            "--conf", self.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           env=self.env, text=True, timeout=limit_s)
        return p.returncode, p.stdout

    def sent(self, route="sms"):
        """What left the house, line by line."""
        return self.sent_since(0, route)[0]

    def sent_since(self, offset, route="sms"):
        """Whole lines after a place in the file, and the place after them."""
        try:
            with open(self.path("out", route + ".jsonl"), "rb") as f:
                f.seek(offset)
                data = f.read()
        except FileNotFoundError:
            return [], offset
        whole = data[:data.rfind(b"\n") + 1]		# the last line may be in the middle of its write
        return [json.loads(line) for line in whole.splitlines()], offset + len(whole)
