#!/usr/bin/env python3
"""Every page in a real browser: axe-core finds no violation, nothing runs over a phone's edge, and it is small.

usage: pages.py BUILD [--only PATH]...

A living house with a few cases; each page is opened in headless Chromium at the width of a phone and of a desk, as
whoever may see it. Pictures of them stay in BUILD/browser/. axe-core comes by npm (AXE names another copy of axe.min.js).
"""
import argparse, http.client, http.server, html, json, os, pathlib, re, shutil, subprocess, sys, tarfile, tempfile, threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import house as houses

AXE = "axe-core@4.10.2"
PASSWORD = "becak merah lewat depan pasar"
WIDTHS = {"telepon": (360, 800), "meja": (1280, 900)}
PAGE_MOST = 100_000		# bytes of a page without its pictures
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REPORTS = ("lampu jalan mati di desa kabat depan balai desa", "jalan rusak berlubang di desa kaligung",
           "tulung omahe wong kobong nang jambewangi sempu dusun tlogosari",
           "pak yang di sana itu bagaimana ya kok begitu terus",
           "banjir masuk rumah di desa kabat kecamatan kabat", "banjir setinggi lutut di desa kabat kecamatan kabat")
#: who opens what; {code} is a case of Dishub, {unclear} one at the desk.  What is not served (404) is passed over if "?".
PAGES = {
    None: ["/masuk", "/sandi/kpl-sekda?t=x"],
    "ptg-o-dishub-1": ["/tugas", "/tugas?lihat=wilayah", "/kasus/{code}", "/cari", "/cari?q=081200000000", "/faktor"],
    "opr-d112-1": ["/triase", "/triase/{unclear}", "/kasus/{unclear}", "/baru", "/insiden", "/insiden/{flood}", "/surat",
                   "/surat/{code}/{code}.1", "/jaga", "/jaga?unit=O-DISHUB", "/papan"],
    "ptg-35.10.14.2012-1": ["/baru"],
    "kpl-bupati": ["/papan", "/papan?daftar=lewat", "/kasus/{code}", "?/laporan", "/laporan/kejanggalan", "?/akun"],
    "kpl-o-dishub": ["/jaga"],
}
PUBLIC = ["/", "/l/{code}", "/cek", "/catatan", "/peta", "/peta?kecamatan=35.10.14&lang=en", "/data?lang=en", "/l/{code}?huruf=besar",
          "/?lang=en&huruf=besar"]
CHECK = """
<script>%s</script><script>
addEventListener('load', () => axe.run(document, {resultTypes: ['violations']}).then(r => {
  const out = document.createElement('pre'); out.id = 'axe-says';
  out.textContent = JSON.stringify({wide: document.documentElement.scrollWidth, violations: r.violations.map(
    v => v.id + ': ' + v.help + ' at ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '))});
  document.body.append(out); }));
</script>"""

FRAME = """<!doctype html><iframe id="f" width="%s" height="%s" src="%s" style="border:0"></iframe><script>
const wait = setInterval(() => { const said = document.getElementById('f').contentDocument.getElementById('axe-says');
  if (said) { clearInterval(wait); document.body.append(document.importNode(said, true)); } }, 50);
</script>"""


def axe_of(build):
    """The text of axe.min.js: from AXE, from an earlier run, or by npm."""
    kept = pathlib.Path(os.environ.get("AXE") or build / "browser" / "axe.min.js")
    if not kept.exists():
        with tempfile.TemporaryDirectory() as d:
            packed = subprocess.run(["npm", "pack", "--silent", AXE], cwd=d, capture_output=True, text=True)
            if packed.returncode != 0:
                sys.exit(f"npm pack {AXE}: {packed.stderr.strip()}; or name a copy of axe.min.js by AXE=")
            with tarfile.open(next(pathlib.Path(d).glob("*.tgz"))) as t:
                kept.write_bytes(t.extractfile("package/axe.min.js").read())
    return kept.read_text()


class Door:
    """What a browser asks of one of the house's ports, sent on with somebody's cookie; keeps what was answered."""

    def __init__(self, address, cookie="", script=""):
        self.address, self.cookie, self.script = address, cookie, script
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.startswith("/api/v1/events"):	# never ends: a page that waits for it would not either
                    self.send_response(204)
                    self.end_headers()
                    return
                if self.path.startswith("/bingkai?"):
                    of = {k: v[0] for k, v in urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query).items()}
                    status, headers = 200, {"Content-Type": "text/html; charset=utf-8"}
                    body = (FRAME % (of["lebar"], of["tinggi"], html.escape(of["alamat"]))).encode()
                else:
                    status, headers, body = door.get(self.path)
                    if headers.get("Content-Type", "").startswith("text/html"):
                        body = body.replace(b"</body>", door.script.encode() + b"</body>")
                self.send_response(status)
                for name in ("Content-Type", "Location"):
                    if name in headers:
                        self.send_header(name, headers[name])
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ask(self, method, path, body=None, headers=None):
        conn = http.client.HTTPConnection(self.address, timeout=20)
        conn.request(method, path, body, {**({"Cookie": self.cookie} if self.cookie else {}), **(headers or {})})
        answer = conn.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def get(self, path):
        return self.ask("GET", path)

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def enter(house, officer):
    """Sets a password by a link and logs in; the cookie."""
    status, said = house.command("officer", "passwd", officer)
    if status != 0:
        sys.exit(f"officer passwd {officer}: {said}")
    link = urllib.parse.urlparse(said.strip())
    door = Door(house.console)
    try:
        token = urllib.parse.parse_qs(link.query)["t"][0]
        door.ask("POST", link.path, urllib.parse.urlencode({"t": token, "sandi": PASSWORD, "ulang": PASSWORD}), FORM)
        status, headers, _ = door.ask("POST", "/masuk", urllib.parse.urlencode({"nama": officer, "sandi": PASSWORD}), FORM)
    finally:
        door.close()
    if status != 303:
        sys.exit(f"{officer} cannot log in: {status}")
    return headers["Set-Cookie"].split(";")[0]


def chromium(*args, limit_s=60):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                               f"--user-data-dir={profile}", *args], capture_output=True, text=True, timeout=limit_s).stdout


def look(door, plain, path, width, height, picture):
    """What is wrong with the page at that width."""
    size = f"--window-size={width},{height}"
    # a window of Chromium is never narrower than 500 px, a frame is
    framed = "/bingkai?" + urllib.parse.urlencode({"lebar": width, "tinggi": height, "alamat": path})
    dom = chromium("--virtual-time-budget=10000", "--dump-dom", door.url(framed))
    said = re.search(r'<pre id="axe-says">(.*?)</pre>', dom, re.S)
    if said is None:
        return ["axe-core said nothing; did the page load?"]
    said = json.loads(html.unescape(said.group(1)))
    chromium(size, f"--screenshot={picture}", plain.url(path))
    wrong = list(said["violations"])
    if said["wide"] > width:
        wrong.append(f"is {said['wide']} px wide on {width} px")
    return wrong


def walk(address, cookie, paths, axe, codes, folder, who, only):
    door, plain = Door(address, cookie, CHECK % axe), Door(address, cookie)
    faults = []
    try:
        for path in paths:
            path, maybe = path.lstrip("?").format(**codes), path.startswith("?")
            if only and path.split("?")[0] not in only:
                continue
            status, _, body = plain.get(path)
            if status == 404 and maybe:
                continue
            wrong = [] if status == 200 else [f"answers {status}"]
            if b"[[" in body or b"&#91;&#91;" in body:
                wrong.append("shows the mark of a word to translate")
            if len(body) > PAGE_MOST:
                wrong.append(f"has {len(body)} bytes")
            for name, (width, height) in WIDTHS.items() if status == 200 else ():
                picture = folder / (re.sub(r"\W+", "-", f"{who or 'siapa'}-{path}").strip("-") + f"-{name}.png")
                wrong += [f"{name}: {w}" for w in look(door, plain, path, width, height, picture)]
            print(f"{'FAULT' if wrong else 'fine '} {who or '-':16} {path}", *wrong, sep="\n      " if wrong else " ", flush=True)
            faults += wrong
    finally:
        door.close()
        plain.close()
    return faults


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--only", action="append", help="only this path")
    args = p.parse_args()
    folder = args.build / "browser"
    folder.mkdir(exist_ok=True)
    axe, root, faults = axe_of(args.build), tempfile.mkdtemp(prefix="kt-browser-"), []
    conf = os.path.join(root, "conf")
    shutil.copytree("conf", conf)
    try:
        with houses.House(args.build, os.path.join(root, "dir"), conf) as house:
            os.mkdir(house.dir)
            house.start()
            codes = [house.command("report", text, "--from", f"+62812000000{i:02}")[1].strip().replace("-", "")
                     for i, text in enumerate(REPORTS)]
            for code in codes:
                houses.wait_for("a case", lambda: house.get(f"/api/v1/cases/{code}", console=True)[0] == 200, 20)
            names = {"code": codes[0], "unclear": codes[3], "flood": codes[4]}
            # As if nobody could be told of it, so that the desk has a letter.
            house.redis()("HSET", "kt:{3510}:mati", codes[0] + ".1", "1795305071385 3 undeliverable")
            faults += walk(house.http, "", PUBLIC, axe, names, folder, "warga", args.only)
            for officer, paths in PAGES.items():
                cookie = enter(house, officer) if officer else ""
                faults += walk(house.console, cookie, paths, axe, names, folder, officer, args.only)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{len(faults)} faults; pictures in {folder}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
