#!/usr/bin/env python3
"""make bench: what the house costs, measured side by side in one run.

Absolute figures of a noisy machine say little: quote the ratios and the medians.
Usage: bench.py BUILD [--quick] [PART ...]
"""
import concurrent.futures, hmac, http.client, itertools, json, os, re, selectors, shutil, signal, socket, statistics, subprocess, sys, tempfile, time
import urllib.parse, urllib.request

BUILD = os.path.abspath(sys.argv[1])
QUICK = "--quick" in sys.argv
RUNS = 3 if QUICK else 5
DAEMONS = ("ingest", "router", "sla", "notify", "console")
OTHERS = DAEMONS[1:]  # beside ingest
TICK = os.sysconf("SC_CLK_TCK")


def say(name, text):
    print(f"{name:<46} {text}", flush=True)


class Stolen:
    """Percent of the processors' time, since it was made, that the machine below gave to others: /proc/stat's steal."""

    def __init__(self):
        self.before = self.ticks()

    def ticks(self):
        ticks = [int(v) for v in open("/proc/stat").readline().split()[1:9]]
        return ticks[7], sum(ticks)

    def percent(self):
        lost, ticks = (after - before for after, before in zip(self.ticks(), self.before))
        return 100 * lost / max(ticks, 1)


class House:
    """`kentongan up` in a folder of its own; settings are lines more for its kentongan.yaml."""

    def __init__(self, settings="", secrets=None, kannel_port=None):
        self.settings, self.secrets, self.kannel_port = settings, secrets or {}, kannel_port

    def prepare(self):
        self.conf = f"{self.dir}/conf"
        shutil.copytree("conf", self.conf)
        with open(f"{self.conf}/kentongan.yaml", "a") as f:
            f.write("\n" + self.settings)
        if self.kannel_port:
            text = open(f"{self.conf}/kannel.conf").read()
            open(f"{self.conf}/kannel.conf", "w").write(re.sub(r"(?m)^port = 10000", f"port = {self.kannel_port}", text))
        os.mkdir(f"{self.dir}/secrets", 0o700)
        for name, value in self.secrets.items():
            with open(os.open(f"{self.dir}/secrets/{name}", os.O_WRONLY | os.O_CREAT, 0o400), "w") as f:
                f.write(value)

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="kt-bench-")
        self.prepare()
        self.up = subprocess.Popen([f"{BUILD}/kentongan", "up", "--dir", self.dir, "--conf", self.conf, "--http", "0",
                                    "--console", str(free_port())], stdout=subprocess.PIPE, stderr=open(f"{self.dir}.err", "w"), text=True)
        line = self.up.stdout.readline()
        if not line.startswith("ready "):
            raise SystemExit(f"the house did not come up; see {self.dir}/log")
        self.console = re.search(r"console=(\S+)", line).group(1)
        self.port = re.search(r"http=http://127\.0\.0\.1:(\d+)", line).group(1)
        self.socket = f"{self.dir}/redis/redis.sock"
        self.password = open(f"{self.dir}/secrets/redis").read().strip()
        return self

    def __exit__(self, *_):
        self.up.send_signal(signal.SIGTERM)
        self.up.wait(60)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.unlink(f"{self.dir}.err")

    def pid(self, name):
        return int(open(f"{self.dir}/run/{name}.pid").read())

    def cpu_us(self, *names):
        total = 0
        for n in names:
            fields = open(f"/proc/{self.pid(n)}/stat").read().rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) * 1_000_000 // TICK
        return total

    def rss_mib(self, name):
        return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{self.pid(name)}/status").read()).group(1)) / 1024

    def hold(self, names, what):
        for n in names:
            os.kill(self.pid(n), what)

    def cli(self, *args):
        env = dict(os.environ, REDISCLI_AUTH=self.password)
        return subprocess.run(["redis-cli", "-s", self.socket, *args], env=env, text=True, capture_output=True).stdout.strip()

    def load(self, **kw):
        args = [f"{BUILD}/bench/load", "--port", self.port, "--secrets", f"{self.dir}/secrets"]
        if kw.pop("follow", False):
            args += ["--redis", self.socket, "--password", f"{self.dir}/secrets/redis"]
        for k, v in kw.items():
            args += [f"--{k}", str(v)]
        return json.loads(subprocess.run(args, text=True, capture_output=True, check=True).stdout)

    def fill(self, **kw):
        args = [f"{BUILD}/bench/fill", "--dir", self.dir, "--conf", self.conf]
        for k, v in kw.items():
            args += ["--" + k.replace("_", "-"), str(v)]
        return subprocess.run(args, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()

    def taken(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as r:
            return int(re.search(r"^kentongan_ingest_reports_total (\d+)", r.read().decode(), re.M).group(1))

    def xadd(self, n):
        out = subprocess.run(["redis-benchmark", "-s", self.socket, "-a", self.password, "-c", "64", "-n", str(n), "--csv",
                              "XADD", "kt:{bench}:x", "*", "d", "x" * 400], text=True, capture_output=True).stdout
        return float(out.strip().splitlines()[-1].split('","')[1].strip('"'))

    def newest(self):
        return self.cli("HGET", "kt:{3510}:meta", "seq") + "-0"

    def drain(self):
        until = time.time() + 120
        while time.time() < until and (self.cli("XLEN", "kt:{3510}:in:n") != "0" or self.cli("XLEN", "kt:{3510}:in:e") != "0"):
            time.sleep(0.1)


def med(v):
    return statistics.median(v)


def intake(h):
    n = 10000 if QUICK else 30000
    ratios, rates, bare = [], [], []
    h.hold(OTHERS, signal.SIGSTOP)
    try:
        h.load(requests=2000)
        for _ in range(RUNS):
            rates.append(h.load(requests=n)["per_s"])
            bare.append(h.xadd(n))
            ratios.append(rates[-1] / bare[-1])
    finally:
        h.hold(OTHERS, signal.SIGCONT)
    say("durable intake, 64 connections, reports/s", f"{med(rates):.0f}")
    say("bare 400-byte XADD, 64 connections, /s", f"{med(bare):.0f}")
    say("ratio (goal 0.45)", f"{med(ratios):.2f}   runs {' '.join(f'{r:.2f}' for r in ratios)}")
    h.cli("DEL", "kt:{bench}:x")
    h.drain()


def road(h):
    p50, p99, lost, cpu = {100: [], 1000: []}, {100: [], 1000: []}, {100: [], 1000: []}, []
    for _ in range(RUNS):
        for rate in p50:
            n = rate * 5
            before, stolen = (h.cpu_us(*DAEMONS), h.cpu_us("redis")), Stolen()
            x = h.load(requests=n, rate=rate, follow=True)
            lost[rate].append(stolen.percent())
            p50[rate].append(x["outbox_p50_us"] / 1000)
            p99[rate].append(x["outbox_p99_us"] / 1000)
            if rate == 1000:
                cpu.append(((h.cpu_us(*DAEMONS) - before[0]) / n, (h.cpu_us("redis") - before[1]) / n))
            h.drain()
    for rate, goal in ((100, "   (goal p99 < 20)"), (1000, "")):
        say(f"hook to task in the outbox at {rate}/s, ms", f"p50 {med(p50[rate]):.1f}  p99 {med(p99[rate]):.1f}"
            f"   p99 of the runs {' '.join(f'{v:.0f}' for v in p99[rate])}"
            f", while others had {' '.join(f'{v:.0f}' for v in lost[rate])} %{goal}")
    say("CPU us per report at 1,000/s", f"daemons {med([d for d, _ in cpu]):.0f}  redis {med([r for _, r in cpu]):.0f}")
    best = 0
    for rate in (2000, 3000, 4000, 5000, 6000, 8000):
        x = h.load(requests=rate * 5, rate=rate, follow=True)
        ok = x["outbox_p99_us"] < 1_000_000 and x["logged"] == rate * 5 and x["per_s"] > rate * 0.95
        say(f"sustained {rate}/s for 5 s", f"p99 {x['outbox_p99_us'] / 1000:.0f} ms {'held' if ok else 'not held'}")
        h.drain()
        if not ok:
            break
        best = rate
    say("sustained rate with p99 under 1 s (goal 6000)", f"{best}/s")


def memory(h):
    counts = (10000, 100000) if not QUICK else (5000, 20000)
    done, first = 0, {}
    for total in counts:
        h.load(requests=total - done, rate=0 if QUICK else 4000)
        done = total
        h.drain()
        row = {n: h.rss_mib(n) for n in DAEMONS}
        say(f"resident MiB after {total} reports", "  ".join(f"{n} {v:.0f}" for n, v in row.items()))
        first = first or row
    cases = int(h.cli("ZCARD", "kt:{3510}:due"))
    used = int(re.search(r"used_memory:(\d+)", h.cli("INFO", "memory")).group(1))
    say("open cases", f"{cases}")
    code = h.cli("ZRANGE", "kt:{3510}:due", "0", "0")
    say("redis bytes: one open case's key", h.cli("MEMORY", "USAGE", f"kt:{{3510}}:case:{code}"))
    log, n = int(h.cli("MEMORY", "USAGE", "kt:{3510}:log", "SAMPLES", "0")), int(h.cli("XLEN", "kt:{3510}:log"))
    say("redis bytes per log entry", f"{log / n:.0f}")
    say("redis bytes per pending deadline", f"{int(h.cli('MEMORY', 'USAGE', 'kt:{3510}:due', 'SAMPLES', '0')) / cases:.0f}")
    say("redis bytes per open case with everything", f"{used / cases:.0f}")


BARE = """#!lua name=bench
redis.register_function('bench_rungs', function(keys, args)
	for i = 1, tonumber(args[1]) do
		local n = args[2] + i
		redis.call('HSET', '{b}case:' .. n, 'v', 2, 'd', args[3], 'q', '1,2')
		redis.call('XADD', '{b}log', n .. '-0', 'e', args[4], 'h', args[5])
		redis.call('ZADD', '{b}due', n, n)
		redis.call('HSET', '{b}msg:' .. n, 'st', 'queued', 'p', args[6], 'k', 'eskalasi', 'nb', 1, 'na', 2, 'q', 'a', 'z', 'b', 'f', 0, 'n', 0, 't', 1)
		redis.call('RPUSH', '{b}rcp', n)
	end
	return 'ok'
end)"""


def bare_rungs(h, count, start):
    """The same writes by a Function without any logic, in calls of the same size."""
    h.cli("FUNCTION", "LOAD", "REPLACE", BARE)
    t = time.time()
    lines = "".join(f"FCALL bench_rungs 0 256 {start + i} {'d' * 1100} {'e' * 900} {'h' * 32} {'p' * 420}\n" for i in range(0, count, 256))
    env = dict(os.environ, REDISCLI_AUTH=h.password)
    subprocess.run(["redis-cli", "-s", h.socket], input=lines, env=env, text=True, capture_output=True, check=True)
    took = (time.time() - t) * 1000
    h.cli("FUNCTION", "DELETE", "bench")
    return took


def deadlines(h):
    pending = 20000 if QUICK else 1_000_000
    h.hold(("sla",), signal.SIGSTOP)
    h.fill(pending=pending)
    h.hold(("sla",), signal.SIGCONT)
    p99, last, lone, ratios = [], [], [], []
    for run in range(RUNS):
        for count, out in ((10000, p99), (1, lone)):
            h.hold(("sla",), signal.SIGSTOP)
            at = h.fill(due=count, at_in=2500, run=run * 2 + (count == 1))
            after = h.newest()
            h.hold(("sla",), signal.SIGCONT)
            x = rungs(h, at, count, after)
            out.append(x["p99_ms"])
            if count > 1:
                last.append(x["max_ms"])
        ratios.append(bare_rungs(h, 10000, (run + 1) * 10_000_000) / last[-1])
    say(f"10,000 rungs at one instant, {pending:,} pending", f"p99 {med(p99):.0f} ms  last {med(last):.0f} ms   (goal p99 <= 400), none early")
    say("ratio to a bare Function's same writes", f"{med(ratios):.2f}   runs {' '.join(f'{r:.2f}' for r in ratios)}   (goal 0.5)")
    say("a lone deadline, ms late", f"{med(lone):.0f}   (goal 3)")


def rungs(h, at, count, after):
    """How late the rungs of a deadline are that follow an entry of the log."""
    x = json.loads(subprocess.run([f"{BUILD}/bench/follow", "--socket", h.socket, "--password", f"{h.dir}/secrets/redis", "--due", at,
                                   "--count", str(count), "--kind", "rung", "--after", after], text=True, capture_output=True).stdout)
    if x["early"] or x["count"] != count:
        raise SystemExit(f"rungs: {x}")
    return x


def fired_after(h, at, count, since_ms, after):
    """Rungs a second from a moment to the last of them."""
    x = rungs(h, at, count, after)
    return count * 1000 / (int(at) + x["max_ms"] - since_ms)


def overdue(h):
    """What an engine finds after it was away; what a store does that comes back with a million pending."""
    pending, count = (20000, 10000) if QUICK else (1_000_000, 100_000)
    h.hold(("sla",), signal.SIGSTOP)
    h.fill(pending=pending)
    rates, ratios, arms = [], [], []
    for run in range(3):
        h.hold(("sla",), signal.SIGSTOP)
        at = h.fill(due=count, at_in=0, run=run)
        after, since = h.newest(), time.time() * 1000
        h.hold(("sla",), signal.SIGCONT)
        rates.append(fired_after(h, at, count, since, after))
        ratios.append(rates[-1] / (count * 1000 / bare_rungs(h, count, (run + 1) * 10_000_000)))
        arms.append(json.loads(h.fill(arm=10000, run=run)))
    say(f"drain of {count:,} overdue, rungs/s", f"{med(rates):.0f}   runs {' '.join(f'{r:.0f}' for r in rates)}   (goal 12,000)")
    say("ratio to a bare Function's same writes", f"{med(ratios):.2f}   (goal 0.5)")
    say("deadlines armed/s, with case and task", f"{med([a['armed_per_s'] for a in arms]):.0f}")
    say("deadlines cancelled/s, with the case's end", f"{med([a['cancelled_per_s'] for a in arms]):.0f}")
    late = []
    for run in range(3):
        h.hold(("sla",), signal.SIGSTOP)
        at, after = h.fill(due=1000, at_in=0, run=run + 3), h.newest()
        os.kill(h.pid("redis"), signal.SIGKILL)
        until("redis to go", lambda: h.cli("PING") != "PONG", 30)
        h.hold(("sla",), signal.SIGCONT)
        until("redis to answer", lambda: h.cli("PING") == "PONG", 600)
        since = time.time() * 1000
        fired_after(h, at, 1000, since, after)
        late.append(time.time() * 1000 - since)
    say(f"1,000 overdue after a restart with {pending:,} pending", f"{med(late):.0f} ms after the store answers   (goal 2,000)")


WAYS = ("kannel", "gateway", "telegram", "x", "whatsapp", "facebook", "instagram")
SAY_SETTINGS = "sms_map:\n  signature: hmac-sha256\nx:\n  user_id: '1111111111111111111'\n"


def channels(h):
    """Intake by each platform's hook beside that of the generic one."""
    n = 3000 if QUICK else 10000
    ratios = {w: [] for w in WAYS}
    h.hold(OTHERS, signal.SIGSTOP)
    try:
        h.load(requests=2000)
        for _ in range(RUNS):
            for way in WAYS:
                plain = h.load(requests=n)["per_s"]
                ratios[way].append(h.load(requests=n, way=way)["per_s"] / plain)
                for lane in "ne":	# nobody reads meanwhile, and two hundred thousand are as many as may wait
                    h.cli("XTRIM", f"kt:{{3510}}:in:{lane}", "MAXLEN", "0")
    finally:
        h.hold(OTHERS, signal.SIGCONT)
    for way in WAYS:
        say(f"intake by {way} / by the generic hook", f"{med(ratios[way]):.2f}   runs {' '.join(f'{r:.2f}' for r in ratios[way])}")


class Sink:
    """bench/sink as a process."""

    def __init__(self, *args):
        self.p = subprocess.Popen([f"{BUILD}/bench/sink", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.p.stdout.readline().strip()}"

    def taken(self):
        with urllib.request.urlopen(f"{self.url}/count", timeout=5) as r:
            return int(r.read())

    def end(self):
        return json.loads(self.p.communicate("")[0])


def until(what, true, seconds=120, pause=0.005):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {seconds} s")
        time.sleep(pause)


def outgoing():
    """A backlog leaves by a gateway that thinks for 50 ms, at a budget of 1,000/s."""
    budget, n = 1000, 5000 if QUICK else 10000
    rates, peaks = [], []
    for _ in range(3):
        sink = Sink("--answer-after", "50", "--reply", '{"messages":[{"id":"wamid.BENCH"}]}')
        settings = (f"graph:\n  api: {sink.url}\n  in_flight: 200\nwhatsapp:\n  phone_id: '106540352242922'\n"
                    f"  per_second: {budget}\nnotify:\n  batch: 200\n")
        with House(settings, {"whatsapp_token": "BENCH"}) as h:
            h.hold(("notify",), signal.SIGSTOP)
            h.fill(messages=n, route="whatsapp")
            h.hold(("notify",), signal.SIGCONT)
            until("messages out", lambda: sink.taken() >= n)
        x = sink.end()
        if x["count"] != n:
            raise SystemExit(f"outgoing: {x}")
        rates.append(x["per_s"])
        peaks.append(x["peak_1s"])
    say("messages out/s, 50 ms answers, budget 1,000/s", f"{med(rates):.0f}   runs {' '.join(f'{r:.0f}' for r in rates)}"
        f"   most in a second {max(peaks)}   (goal within 2 %)")


# ---- Kannel ----

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listening(port):
    want = f":{port:04X} 00000000:0000 0A"
    return any(want in line for line in open("/proc/net/tcp"))


class Kannel:
    """A second Kannel with the house's own configuration, in front of an empty sink."""

    def __init__(self, h, sink):
        self.dir = tempfile.mkdtemp(prefix="kt-bench-kannel-")
        text = open(f"{h.dir}/kannel/kannel.conf").read()
        self.port = free_port()
        for name, value in (("admin-port", free_port()), ("smsbox-port", free_port()), ("sendsms-port", free_port())):
            text = re.sub(rf"(?m)^{name} = .*", f"{name} = {value}", text)
        text = re.sub(r"(?m)^port = .*", f"port = {self.port}", text)
        text = text.replace(f"{h.dir}/kannel", self.dir).replace(f"http://127.0.0.1:{h.port}", sink.url)
        for folder in ("store", "dlr"):
            os.mkdir(f"{self.dir}/{folder}")
        conf = f"{self.dir}/kannel.conf"
        with open(os.open(conf, os.O_WRONLY | os.O_CREAT, 0o400), "w") as f:
            f.write(text)
        self.log = open(f"{self.dir}/log", "w")
        smsbox_port = int(re.search(r"(?m)^smsbox-port = (\d+)", text).group(1))
        self.boxes = [subprocess.Popen(["/usr/sbin/bearerbox", conf], stdout=self.log, stderr=self.log)]
        until("bearerbox", lambda: listening(smsbox_port))
        self.boxes.append(subprocess.Popen(["/usr/sbin/smsbox", conf], stdout=self.log, stderr=self.log))

    def end(self):
        for p in reversed(self.boxes):
            p.terminate()
            p.wait(30)
        self.log.close()
        shutil.rmtree(self.dir)


def mo(port, n, taken):
    """MO messages a second from fakesmsc at this port until all are taken."""
    before = taken()
    until("the SMSC's port", lambda: listening(port))
    t = time.monotonic()
    phones = subprocess.Popen(["/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", str(port), "-i", "0", "-z", "1", "-m", str(n),
                               "6281 1708 text lampu jalan mati di desa kabat depan balai desa"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until("MO messages", lambda: taken() - before >= n, pause=0.05)	# asking costs the same two cores
    took = time.monotonic() - t
    phones.kill()
    phones.wait()
    return n / took


def kannel():
    # Kannel itself runs at two speeds, 650/s or 1,750/s, and changes between runs: many short ones, not few long ones.
    port, n = free_port(), 3000 if QUICK else 4000
    settings = f"kannel:\n  run: true\n  url: http://127.0.0.1:{free_port()}\n"
    ratios, ours = [], []
    sink = Sink()
    with House(settings, kannel_port=port) as h:
        empty = Kannel(h, sink)
        try:
            h.hold(OTHERS, signal.SIGSTOP)
            for _ in range(2 * RUNS + 1):
                bare = mo(empty.port, n, sink.taken)
                ours.append(mo(port, n, h.taken))
                ratios.append(ours[-1] / bare)
            h.hold(OTHERS, signal.SIGCONT)
        finally:
            empty.end()
    sink.end()
    say("Kannel MO through us, messages/s", f"{med(ours):.0f}")
    say("ratio to Kannel into an empty sink (goal 0.9)", f"{med(ratios):.2f}   runs {' '.join(f'{r:.2f}' for r in ratios)}")


def simulator():
    """The real decisions in virtual time: case-events per second on one core."""
    rates = {"a calm year": [], "with 3 floods and a quake": []}
    for _ in range(RUNS):
        for name, troubles in zip(rates, ("", "--flood 20 --flood 120 --flood 300 --quake 200")):
            err = subprocess.run([f"{BUILD}/kentongan", "simulate", *troubles.split()], text=True, check=True,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr
            seconds, rate = re.search(r"([\d.]+) s of one core, (\d+) case-events", err).groups()
            rates[name].append((float(rate), float(seconds)))
    for name, runs in rates.items():
        say(f"simulator, {name}, case-events/s", f"{med([r for r, _ in runs]):.0f}   {med([s for _, s in runs]):.2f} s")
    say("", "(goal 500000 on one core, a year under a minute)")


def archive(h):
    n = 500 if QUICK else 2000
    secret = open(f"{h.dir}/secrets/sms_http").read().strip().encode()

    def sms(number, text):
        body = json.dumps({"id": f"arsip-{number}-{text[:5]}", "from": f"+62813{number:08d}", "text": text}).encode()
        t = str(int(time.time())).encode()
        sign = hmac.new(secret, t + b"." + body, "sha256").hexdigest()
        ask = urllib.request.Request(f"http://127.0.0.1:{h.port}/hook/sms/http", body,
                                     {"X-Kentongan-Signature": f"t={t.decode()},v1={sign}"})
        with urllib.request.urlopen(ask, timeout=10) as r:
            return json.load(r)["code"]

    codes = [sms(i, "lampu jalan mati di desa kabat depan balai desa") for i in range(n)]
    h.drain()
    for i, code in enumerate(codes):
        sms(i, f"BATAL {code}")
    h.drain()
    time.sleep(1)	# the sealer folds within half a second; what it has not folded stays
    memory = int(re.search(r"used_memory:(\d+)", h.cli("INFO", "memory")).group(1))
    t = time.monotonic()
    said = subprocess.run([f"{BUILD}/kentongan", "archive", "--after", "1ms", "--dir", h.dir, "--conf", h.conf], text=True,
                          capture_output=True, check=True).stdout
    took = time.monotonic() - t
    entries, cases = map(int, re.match(r"archived: (\d+) entries, (\d+) cases", said).groups())
    size = sum(os.path.getsize(f"{h.dir}/arsip/{f}") for f in os.listdir(f"{h.dir}/arsip"))
    freed = memory - int(re.search(r"used_memory:(\d+)", h.cli("INFO", "memory")).group(1))
    say("archive, log entries/s", f"{entries / took:.0f}")
    say("archive, closed cases/s", f"{cases / took:.0f}")
    say("bytes of arsip/ per case, its log included", f"{size / cases:.0f}")
    say("bytes that Redis gives back per case", f"{freed / cases:.0f}")


def understanding():
    # thousands of texts that differ: what is remembered of words must serve a crowd, not one text again and again
    # with large pages, as `up` starts the router
    env = dict(os.environ, GLIBC_TUNABLES="glibc.malloc.hugetlb=1")
    runs = [json.loads(subprocess.run([f"{BUILD}/bench/understand", "conf", "model/bahaya.tsv", "1" if QUICK else "4"],
                                      check=True, capture_output=True, text=True, env=env).stdout) for _ in range(RUNS)]
    mid = lambda key: med([r[key] for r in runs])
    rates = " ".join(f"{r['per_s']:.0f}" for r in runs)
    say("understanding, texts/s on one core (goal 100000)", f"{mid('per_s'):.0f}   runs {rates}")
    say("  of it in µs: normalise, rules, model",
        f"{mid('normalise_us'):.1f} {mid('rules_us'):.1f} {mid('model_us'):.1f}")
    say("  tables of a version, MiB (of it the model)", f"{mid('loaded_mib'):.1f} ({mid('model_mib'):.1f})")
    say("  from files to ready, s (goal 1)", f"{mid('start_s'):.2f}")


def stream(port, secret):
    """A reader of the event feed whose head is read: what comes now are events."""
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\r\n".encode())
    got = b""
    while b"retry: 3000" not in got:
        got += s.recv(4096)
    s.setblocking(False)
    return s


def heard(watchers, code, limit_s=20):
    """For each watcher the time at which it has an escalation of that case."""
    waits = selectors.DefaultSelector()
    texts, times = {}, []
    for s in watchers:
        waits.register(s, selectors.EVENT_READ)
        texts[s] = b""
    until = time.time() + limit_s
    while len(times) < len(watchers) and time.time() < until:
        for key, _ in waits.select(0.5):
            s = key.fileobj
            texts[s] += s.recv(65536)
            if any(b"event: eskalasi" in e and code in e and b'"kind":"breach"' in e for e in texts[s].split(b"\n\n")):
                times.append(time.time() * 1000)
                waits.unregister(s)
    breach = next(e for e in texts[watchers[0]].split(b"\n\n") if b'"kind":"breach"' in e and code in e)
    return times, int(re.search(rb'"at_ms":(\d+)', breach).group(1))


def wall(h):
    port = int(h.console.rsplit(":", 1)[1])
    secret, key = (open(f"{h.dir}/secrets/{n}").read().strip() for n in ("console_admin", "sms_http"))
    watchers = [stream(port, secret) for _ in range(500)]
    last, before = [], h.cpu_us("console")
    for i in range(RUNS):
        body = json.dumps({"id": f"wall{i}", "from": f"+62812300{i:05d}", "text": "lampu jalan mati di desa kabat depan balai desa",
                           "time": int(time.time() * 1000) - 5 * 3600_000}).encode()
        at = str(int(time.time()))
        mac = hmac.new(key.encode(), at.encode() + b"." + body, "sha256").hexdigest()
        r = urllib.request.Request(f"http://127.0.0.1:{h.port}/hook/sms/http", body, {"X-Kentongan-Signature": f"t={at},v1={mac}"})
        code = json.load(urllib.request.urlopen(r, timeout=10))["code"].encode()
        times, at_ms = heard(watchers, code)
        if len(times) < len(watchers):
            raise SystemExit(f"only {len(times)} of {len(watchers)} watchers heard it")
        last.append(max(times) - at_ms)
    say("an escalation at the last of 500 watchers, ms (goal 1000)", f"{med(last):.0f}   runs {' '.join(f'{x:.0f}' for x in last)}")
    say("  console CPU per run, ms", f"{(h.cpu_us('console') - before) / RUNS / 1000:.0f}")


class Visitor:
    """An officer at a browser that keeps its connections."""

    def __init__(self, h, officer):
        self.port = int(h.console.rsplit(":", 1)[1])
        made = subprocess.run([f"{BUILD}/kentongan", "officer", "passwd", officer, "--dir", h.dir], text=True, capture_output=True, check=True)
        link = made.stdout.split()[0]
        token = re.search(r'name="t" value="([^"]+)"', self.ask("GET", link)[1]).group(1)
        word = "becak merah lewat depan pasar"
        self.ask("POST", link.partition("?")[0], {"t": token, "sandi": word, "ulang": word}, want=303)
        head, _ = self.ask("POST", "/masuk", {"nama": officer, "sandi": word, "kode": "", "ke": ""}, want=303)
        self.cookie = head["Set-Cookie"].partition(";")[0]

    def ask(self, method, path, form=None, want=200):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request(method, path, form and urllib.parse.urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"} if form else {})
        r = c.getresponse()
        text = r.read().decode()
        if r.status != want:
            raise SystemExit(f"{method} {path}: {r.status}, not {want}")
        return r.headers, text

    def opens(self, paths, rate, seconds, connections=16):
        """Milliseconds from the moment at which each page was to be asked for until all of it was there."""
        times, start = [], time.time() + 0.2
        wanted = list(enumerate(itertools.islice(itertools.cycle(paths), rate * seconds)))

        def work(own):
            c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            for i, path in own:
                at = start + i / rate
                time.sleep(max(0, at - time.time()))
                c.request("GET", path, headers={"Cookie": self.cookie})
                r = c.getresponse()
                r.read()
                if r.status != 200:
                    raise SystemExit(f"{path}: {r.status}")
                times.append((time.time() - at) * 1000)

        with concurrent.futures.ThreadPoolExecutor(connections) as pool:
            list(pool.map(work, [wanted[k::connections] for k in range(connections)]))
        return times


def knows_all(h, entries, old=0):
    """The console has read so far, and is another process than the old one."""
    try:
        if h.pid("console") == old:
            return False
        with urllib.request.urlopen(f"{h.console}/metrics", timeout=5) as r:
            return int(re.search(r"^kentongan_console_seq (\d+)", r.read().decode(), re.M).group(1)) >= entries
    except OSError:
        return False


def wait_for(condition, seconds, why):
    until = time.time() + seconds
    while not condition():
        if time.time() > until:
            raise SystemExit(why)
        time.sleep(0.05)


def desk(h):
    """What officers open while there is much to do, and how long the console takes to know it all."""
    h.load(requests=20000 if QUICK else 100000, rate=3000)
    h.drain()
    cases, entries = int(h.cli("ZCARD", "kt:{3510}:due")), int(h.cli("XLEN", "kt:{3510}:log"))
    say("open cases, log entries", f"{cases}, {entries}")
    v = Visitor(h, "ptg-o-puckpp-1")
    codes = h.cli("ZRANGE", "kt:{3510}:due", "0", "2000").split()
    own = [c for c in codes if "O-PUCKPP" in h.cli("HGET", f"kt:{{3510}}:case:{c}", "d")][:200]
    for name, paths in (("task list", ["/tugas"]), ("case page", [f"/kasus/{c}" for c in own])):
        p50, p99, cpu = [], [], []
        for _ in range(RUNS):
            before = h.cpu_us("console")
            times = sorted(v.opens(paths, 200, 5))
            cpu.append((h.cpu_us("console") - before) / len(times))
            p50.append(times[len(times) // 2])
            p99.append(times[len(times) * 99 // 100])
        say(f"{name} at 200/s, ms (goal p99 < 50)", f"p50 {med(p50):.1f}  p99 {med(p99):.1f}   runs {' '.join(f'{x:.1f}' for x in p99)}")
        say("  console CPU us a page", f"{med(cpu):.0f}")
    model = int(re.search(r"^kentongan_console_model_bytes (\d+)", urllib.request.urlopen(f"{h.console}/metrics").read().decode(), re.M).group(1))
    say("read model, bytes per open case", f"{model / cases:.0f}   console resident {h.rss_mib('console'):.0f} MiB")
    h.hold(OTHERS, signal.SIGSTOP)	# nobody else decides of these
    for run in range(1 if QUICK else 13):
        h.fill(lives=10000, run=10 + run)
    h.hold(OTHERS, signal.SIGCONT)
    entries = int(h.cli("XLEN", "kt:{3510}:log"))
    wait_for(lambda: knows_all(h, entries), 120, "the console does not keep up")
    say("log entries after lives that ended", f"{entries}   console resident {h.rss_mib('console'):.0f} MiB")
    took = []
    for _ in range(3):
        old, t = h.pid("console"), time.time()
        os.kill(old, signal.SIGTERM)
        wait_for(lambda: knows_all(h, entries, old), 120, "the console does not come back")
        took.append(time.time() - t)
    say("console stopped until it knows all again, s", f"{med(took):.1f}   resident {h.rss_mib('console'):.0f} MiB")


PARTS = {"desk": desk, "wall": wall, "intake": intake, "road": road, "memory": memory, "deadlines": deadlines, "overdue": overdue, "channels": channels, "outgoing": outgoing,
         "kannel": kannel, "simulator": simulator, "archive": archive,
         "understand": understanding}
NEEDS = {"desk": "", "wall": "console:\n  streams: 600\n", "intake": "", "road": "", "memory": "", "deadlines": "", "overdue": "", "channels": SAY_SETTINGS,
         "archive": "archive:\n  disk_free: 0\n"}


def main():
    wanted = [a for a in sys.argv[2:] if not a.startswith("--")] or list(PARTS)
    print(f"{os.cpu_count()} cores; {RUNS} interleaved runs, medians; {time.strftime('%Y-%m-%d %H:%M')}")
    for part in wanted:
        stolen = Stolen()
        if part not in NEEDS:
            PARTS[part]()
        else:
            with House(NEEDS[part], {"sms_map": "bench"} if NEEDS[part] == SAY_SETTINGS else None) as h:
                PARTS[part](h)
        say(f"  {part}: of the processors' time others had", f"{stolen.percent():.1f} %")


main()
