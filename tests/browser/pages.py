#!/usr/bin/env python3
"""Every page in a real browser: axe-core finds no violation, nothing runs over a phone's edge, and it is small.

usage: pages.py BUILD [--only PATH]...

A living house with a few cases; each page is opened in headless Chromium at the width of a phone and of a desk (the board
on a wall and on a tablet too), in both languages, as whoever may see it, by light, in the dark and on paper; then its forms are sent, mostly with what must be refused, and what
they answer is looked at in the same way. Pictures of all stay in BUILD/browser/. axe-core comes by npm (AXE names another
copy of axe.min.js).
"""
import argparse, base64, http.client, json, os, pathlib, re, shutil, subprocess, sys, tarfile, tempfile, time, urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import house as houses
import life

AXE = "axe-core@4.10.2"
PASSWORD = "becak merah lewat depan pasar"
WIDTHS = {"telepon": (360, 800), "meja": (1280, 900), "tablet": (820, 1180), "dinding": (1920, 1080)}
WALL = "/papan"			# what hangs on one
WALLS = ("tablet", "dinding")	# on which nothing else is looked at
#: a page in other light: what the browser is told of its medium
LIGHTS = {"gelap": ("screen", "dark"), "kertas": ("print", "light")}
LANGS = ("id", "en")
PAGE_MOST = 100_000		# bytes of a page with its styles and scripts, without its map and photos
FORM_MOST = 60_000		# of the form that everybody reports by
WALL_WRITING = 16		# px of the smallest writing on it
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REPORTS = ("lampu jalan mati di desa kabat depan balai desa", "jalan rusak berlubang di desa kaligung",
           "tulung omahe wong kobong nang jambewangi sempu dusun tlogosari",
           "pak yang di sana itu bagaimana ya kok begitu terus",
           "banjir masuk rumah di desa kabat kecamatan kabat", "banjir setinggi lutut di desa kabat kecamatan kabat")
LATE_IN = ("Giri", "Glagah", "Banyuwangi", "Rogojampi", "Blimbingsari", "Srono", "Cluring", "Gambiran", "Genteng", "Muncar",
           "Purwoharjo", "Bangorejo", "Songgon", "Kalibaru", "Pesanggaran", "Wongsorejo")
#: who opens what; {code} is a case of Dishub, {unclear} one at the desk.
PAGES = {
    None: ["/masuk", "/sandi/kpl-sekda?t=x", "{outside}"],
    "ptg-o-dishub-1": ["/tugas", "/tugas?lihat=wilayah", "/kasus/{code}", "/cari", "/cari?q=081200000000", "/faktor", "/akun"],
    "opr-d112-1": ["/triase", "/triase/{unclear}", "/kasus/{unclear}", "/baru", "/insiden", "/insiden/{flood}", "/surat",
                   "/surat/{code}/{code}.1", "/jaga", "/jaga?unit=O-DISHUB", "/papan", "/siaran", "/siaran?peringatan={warning}", "{broadcast}", "/latihan"],
    "ptg-35.10.14.2012-1": ["/baru"],
    "kpl-bupati": ["/papan", "/papan?daftar=lewat", "/papan?daftar=buka", "/papan?daftar=warisan", "/kasus/{code}", "/laporan", "/laporan?per=kecamatan",
                   "/laporan/kejanggalan", "/laporan/berulang", "/akun", "/masuk?lagi=1&ke=/akun"],
    "kpl-o-dishub": ["/jaga", "/buka-darurat"],
    "adm-o-kominfo-1": ["/sistem", "/impor"],
    "ombudsman-1": ["/pengawasan"],
}
#: a report's own page, for who sent it: just sent, then resolved and asked about
OWN = ["/l/{own}", "/l/{own}?terkirim=1", "/l/{own}?huruf=besar"]
WORK = (("terima", ""), ("tangani", ""), ("selesai", "lampu sudah diganti"))
LINKS_LEAD_TO = "https://konsol.example"
#: large print is remembered, so it comes last
PUBLIC = ["/", "/l/{code}", "/cek", "/data-saya", "/catatan", "/peta", "/peta?kecamatan=35.10.14", "/data",
          "/?huruf=besar", "/l/{code}?huruf=besar", "/data?huruf=besar"]
#: who sends which form of which page, filled how, and the status of what comes. A field that begins with @ is a file. A form
#: is known by its fields; of several alike, by its hidden ones.
FORMS = {
    "warga": [("/", {"isi": ""}, 400), ("/", {"isi": "lampu mati di kabat", "telepon": "12"}, 400), ("/cek", {"kode": "7777"}, 400),
              ("/data-saya", {"telepon": "12"}, 400), ("/data-saya", {"telepon": "081200000077", "minta": "salin"}, 200)],
    "pelapor": [("/l/{own}", {"isi": "", "jawaban": "tambah"}, 400), ("/l/{own}", {"@foto": b"bukan gambar"}, 415)],
    None: [("/masuk", {"nama": "siapa", "sandi": "salah"}, 403), ("/sandi/kpl-sekda?t=x", {"sandi": "pendek", "ulang": "pendek"}, 410),
           ("{outside}", {"aksi": "selesai", "catatan": ""}, 422)],
    "ptg-o-dishub-1": [("/cari", {"q": "081200000000"}, 200), ("/kasus/{code}", {"aksi": "tanya", "catatan": ""}, 422),
                       ("/kasus/{code}", {"aksi": "menuju", "versi": "1"}, 409), ("/faktor", {"kode": "000000"}, 422)],
    "opr-d112-1": [("/baru", {"isi": ""}, 422), ("/triase/{unclear}", {"catatan": "", "aksi": "tanya"}, 422),
                   ("/siaran", {"sasaran": "mana", "teks_id": ""}, 422), ("/latihan", {"nama": "", "jam": "99"}, 422)],
    "kpl-bupati": [("/akun", {"aksi": "buat"}, 200), ("/kasus/{code}", {"aksi": "mengapa", "catatan": ""}, 422)],
    "kpl-o-dishub": [("/jaga", {"aksi": "cuti", "dari": "", "sampai": ""}, 422), ("/buka-darurat", {"kode": "7777-7777", "alasan": "pendek"}, 422)],
    "adm-o-kominfo-1": [("/sistem", {"petugas": "tidak-ada"}, 422), ("/impor", {"@berkas": b"kode,isi\n1,\n"}, 422)],
}
#: What is asked for by GET and is no page; and holes of paths above, with what they stand for.
NO_PAGE = re.compile(r"\.(css|js|csv|xlsx|json|atom)$|^/(api|feed|berkas|unggah|data)/|^/(healthz|readyz|metrics)$")
HOLES = {"{outside}": "/b/x", "{broadcast}": "/siaran/x"}
#: A form filled and sent as it would be without scripts: nothing of the browser's own looks stands in between.
SEND = """const fields = arguments[0], named = Object.keys(fields);
const form = [...document.forms].find(f => f.method === 'post' && named.every(n => f.elements[n] &&
  (f.elements[n].type !== 'hidden' || n === 'versi' || f.elements[n].value === fields[n])));
if (!form) throw new Error('no form has ' + named.join(', '));
for (const n of named) {
  const e = form.elements[n];
  if (e.type === 'file') continue;
  if (e instanceof RadioNodeList || e.tagName === 'BUTTON') {
    form.insertAdjacentHTML('beforeend', '<input type="hidden">');
    Object.assign(form.lastChild, {name: n, value: fields[n]});
  } else {
    e.value = fields[n];
    if (e.value !== fields[n]) throw new Error(n + ' cannot be ' + fields[n]);
  }
}
window.sent = true;
HTMLFormElement.prototype.submit.call(form);
"""
ARRIVED = """return !window.sent && document.readyState === 'complete' &&
  performance.getEntriesByType('navigation')[0].responseStatus;"""
#: What stands on no paper: there is nothing to press.
ON_PAPER = """return [...document.querySelectorAll('nav, header form, main button')].filter(e => e.checkVisibility()).length;"""
#: The wall as it hangs: how far it reaches below its edge, and its smallest writing.
HANGS = """const texts = [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() &&
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
return [document.documentElement.scrollHeight - innerHeight, ...texts.map(e => {
  const svg = e.ownerSVGElement, size = parseFloat(getComputedStyle(e).fontSize);
  return [svg ? size * svg.getScreenCTM().a : size, e.textContent.trim().slice(0, 20)];
}).reduce((a, b) => b[0] < a[0] ? b : a)];"""
#: axe-core and how wide the page is; then its one argument is called with what they say.
CHECK = """%s;
const done = arguments[arguments.length - 1];
axe.run(document, Object.assign({resultTypes: ['violations']}, arguments[0] ? {runOnly: arguments[0]} : {})).then(r => done({
  wide: document.documentElement.scrollWidth, lang: document.documentElement.lang,
  violations: r.violations.map(v => v.id + ': ' + v.help + ' at ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '))}));
"""


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


def ask(address, method, path, cookie="", body=None, headers=None):
    conn = http.client.HTTPConnection(address, timeout=20)
    try:
        conn.request(method, path, body, {**({"Cookie": cookie} if cookie else {}), **(headers or {})})
        answer = conn.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        conn.close()


def enter(house, officer):
    """Sets a password by a link and logs in; the cookie."""
    status, said = house.command("officer", "passwd", officer)
    if status != 0:
        sys.exit(f"officer passwd {officer}: {said}")
    link = urllib.parse.urlparse(said.strip())
    token = urllib.parse.parse_qs(link.query)["t"][0]
    ask(house.console, "POST", link.path, "", urllib.parse.urlencode({"t": token, "sandi": PASSWORD, "ulang": PASSWORD}), FORM)
    status, headers, _ = ask(house.console, "POST", "/masuk", "", urllib.parse.urlencode({"nama": officer, "sandi": PASSWORD}), FORM)
    if status != 303:
        sys.exit(f"{officer} cannot log in: {status}")
    return headers["Set-Cookie"].split(";")[0]


class Eye:
    """A browser of one width, as whoever is named last."""

    def __init__(self, driver, name, width, height):
        self.name, self.width = name, width
        self.browser = life.Browser(driver, name, width, height, phone=width < 500)
        if width >= 500:	# a page of this size, whatever a window has around it
            driver.ask("POST", self.browser.at + "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def becomes(self, address, cookie, lang):
        self.browser.goes(f"http://{address}/robots.txt")	# whatever it is: cookies need a page of that host
        self.browser.driver.ask("DELETE", self.browser.at + "/cookie")
        for one in [c for c in (cookie, f"bahasa={lang}") if c]:
            name, value = one.split("=", 1)
            self.browser.driver.ask("POST", self.browser.at + "/cookie", {"cookie": {"name": name, "value": value, "path": "/"}})

    def script(self, text, *args):
        return self.browser.driver.ask("POST", self.browser.at + "/execute/sync", {"script": text, "args": args})

    def sends(self, url, fields, folder):
        """The status of what a form of the page answers."""
        self.browser.goes(url)
        for name in [n for n in fields if n[0] == "@"]:
            file = folder / "berkas.csv"
            file.write_bytes(fields[name])
            for e in self.browser.driver.ask("POST", self.browser.at + "/elements", {
                    "using": "css selector", "value": f"input[type=file][name={name[1:]}]"}):
                self.browser.driver.ask("POST", f"{self.browser.at}/element/{e[life.ELEMENT]}/value", {"text": str(file.resolve())})
        self.script(SEND, {n.lstrip("@"): "" if n[0] == "@" else v for n, v in fields.items()})

        def arrived():
            try:
                return self.script(ARRIVED)
            except RuntimeError:	# between two pages
                return None
        return self.browser.waits(f"what {url} answers", arrived)

    def light(self, media="screen", scheme="light"):
        self.browser.driver.ask("POST", self.browser.at + "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]}})

    def looks_by(self, light, lang, picture, axe):
        """The same page in the dark, or as it is printed: what is written can be read."""
        media, scheme = LIGHTS[light]
        self.light(media, scheme)
        wrong = self.looks(lang, picture, axe, ["color-contrast"])
        if media == "print" and self.script(ON_PAPER):
            wrong.append(f"{self.name}: buttons or a menu on paper")
        self.light()
        return [f"{light}: {w}" for w in wrong]

    def hangs(self):
        """What is wrong with the page on a wall that nobody scrolls, read from four metres."""
        below, smallest, words = self.script(HANGS)
        wrong = [f"{self.name}: {below} px lie below the edge"] if below > 0 else []
        return wrong + ([f"{self.name}: writing of {smallest:.0f} px: {words}"] if smallest < WALL_WRITING else [])

    def looks(self, lang, picture, axe, rules=None):
        """What is wrong with the page that is open, at this width."""
        said = self.browser.driver.ask("POST", self.browser.at + "/execute/async", {"script": CHECK % axe, "args": [rules]})
        shot = self.browser.driver.ask("POST", self.browser.at + "/goog/cdp/execute", {
            "cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": True}})
        picture.write_bytes(base64.b64decode(shot["data"]))
        wrong = [f"{self.name}: {v}" for v in said["violations"]]
        if said["wide"] > self.width:
            wrong.append(f"{self.name}: is {said['wide']} px wide on {self.width} px")
        if said["lang"] != lang:
            wrong.append(f"{self.name}: says lang={said['lang']}, not {lang}")
        return wrong


def whole(address, body, sizes={}):
    """Bytes of a page and of all that it loads: styles and scripts, which are kept between pages of one name."""
    for path in re.findall(rb'<(?:link rel="stylesheet" href|script src)="([^"]+)"', body):
        if path not in sizes:
            sizes[path] = len(ask(address, "GET", path.decode())[2])
        body += b" " * sizes[path]
    return len(re.sub(rb'<svg class="(?:peta|letak)".*?</svg>', b"", body, flags=re.S))


def walk(eyes, address, cookie, paths, axe, codes, folder, who, only):
    faults = []
    for lang in LANGS:
        for eye in eyes:
            eye.becomes(address, cookie, lang)
        for path in paths:
            path = path.format(**codes)
            if only and path.split("?")[0] not in only:
                continue
            status, _, body = ask(address, "GET", path, "; ".join(c for c in (cookie, f"bahasa={lang}") if c))
            wrong = [] if status == 200 else [f"answers {status}"]
            if b"[[" in body or b"&#91;&#91;" in body:
                wrong.append("shows the mark of a word to translate")
            if whole(address, body) > (FORM_MOST if (address, path) == (eyes[0].public, "/") else PAGE_MOST):
                wrong.append(f"has {whole(address, body)} bytes")
            for eye in eyes if status == 200 else ():
                if eye.name in WALLS and path != WALL:
                    continue
                name = re.sub(r"\W+", "-", f"{who or 'siapa'}-{path}").strip("-") + f"-{eye.name}"
                eye.browser.goes(f"http://{address}{path}")
                wrong += eye.looks(lang, folder / f"{name}-{lang}.png", axe)
                if eye.name == "dinding":
                    wrong += eye.hangs()
                    eye.script("document.getElementById('peringatan').replaceChildren()")	# as on most days
                    wrong += eye.hangs()
                    eye.browser.goes(f"http://{address}{path}")
                for light in LIGHTS if lang == "id" and eye.name != "telepon" else ():
                    wrong += eye.looks_by(light, lang, folder / f"{name}-{light}-{lang}.png", axe)
            faults += judged(wrong, lang, who, path)
    return faults


def judged(wrong, lang, who, what):
    print(f"{'FAULT' if wrong else 'fine '} {lang} {who or '-':19} {what}", *wrong, sep="\n      " if wrong else " ", flush=True)
    return wrong


def send(eyes, address, cookie, axe, codes, folder, who, only):
    """Looks at what each form answers that is somebody's to send."""
    faults = []
    for lang in LANGS:
        for eye in eyes:
            eye.becomes(address, cookie, lang)
        for i, (path, fields, status) in enumerate(FORMS.get(who, [])):
            path, wrong = path.format(**codes), []
            if only and path.split("?")[0] not in only:
                continue
            for eye in eyes:
                if eye.name in WALLS:
                    continue
                try:
                    got = eye.sends(f"http://{address}{path}", fields, folder)
                except RuntimeError as e:
                    wrong.append(f"{eye.name}: {e}")
                    continue
                if got != status:
                    wrong.append(f"{eye.name}: answers {got}, not {status}")
                wrong += eye.looks(lang, folder / (re.sub(r"\W+", "-", f"{who or 'siapa'}-kirim{i}-{path}") + f"-{eye.name}-{lang}.png"), axe)
            faults += judged(wrong, lang, who, f"{path} sent {' '.join(f'{n}={v}' for n, v in fields.items())}")
    return faults


def furnish(house):
    """A broadcast that is drawn up and an oversight's officer, so that their pages have something to say; its page."""
    house.command("officer", "add", "ombudsman-1", "--name", "Pengawas Contoh", "--unit", "O-INSP", "--phone", "+628990000003",
                  "--role", "pengawas")
    cookie = enter(house, "opr-d112-1")
    token = re.search(rb'name="tanda" value="(\w+)"', ask(house.console, "GET", "/siaran", cookie)[2]).group(1).decode()
    status, headers, _ = ask(house.console, "POST", "/siaran", cookie, urllib.parse.urlencode(
        {"tanda": token, "aksi": "susun", "kepada": "petugas", "sasaran": "O-DLH", "teks_id": "Apel pagi pukul 07:00 WIB"}),
        {**FORM, "Origin": f"http://{house.console}"})
    if status != 303:
        sys.exit(f"no broadcast could be drawn up: {status}")
    page = headers["Location"]
    houses.wait_for("the draft", lambda: b"Sedang disusun" not in ask(house.console, "GET", page, cookie)[2], 20)
    return page


def late_ones(house):
    """A busy day on the wall: five hours ago something was reported in each of many kecamatan."""
    for n, place in enumerate(LATE_IN):
        body = json.dumps({"id": f"telat-{n}", "from": f"+6281200001{n:03}", "text": f"lampu jalan mati di kecamatan {place}",
                           "time": int(time.time() * 1000) - 5 * 3_600_000}).encode()
        status, _, _ = ask(house.http, "POST", "/hook/sms/http", "", body, {"X-Kentongan-Signature": house.signature(body)})
        if status != 202:
            sys.exit(f"the hook answers {status}")
    def late():
        return json.loads(house.get("/api/v1/board", console=True)[2])["breaching"] >= len(LATE_IN) * 3 // 4
    houses.wait_for("cases that are late", late, 30)


def quake():
    """A stand-in of BMKG that serves one earthquake of a minute ago beneath the regency, and where it is."""
    fake = subprocess.Popen([sys.executable, "tests/fake/bmkg.py", "--token", "-"], stdout=subprocess.PIPE, text=True)
    base = fake.stdout.readline().split()[1]
    moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 60))
    ask(base.split("//")[1], "POST", "/_feed", "", json.dumps({"quake": {
        "DateTime": moment, "Coordinates": "-8.80,114.40", "Magnitude": "6.4", "Kedalaman": "10 km", "Dirasakan": "IV Banyuwangi",
        "Wilayah": "Pusat gempa berada di laut 60 km tenggara Banyuwangi", "Potensi": "Berpotensi tsunami"}}))
    return fake, base


def report_by_form(house, text):
    """Its code, and the cookie that makes it his who sent it."""
    status, _, body = ask(house.http, "POST", "/lapor", "", urllib.parse.urlencode({"isi": text}),
                          {**FORM, "Accept": "application/json"})
    if status != 201:
        sys.exit(f"the form answers {status}")
    taken = json.loads(body)
    return taken["code"], "kt=" + taken["photo"].split("?t=")[1]


def resolve(house, code, officer):
    for what, note in WORK:
        status, said = house.command("act", code, what, "--as", officer, *(["--note", note] if note else []))
        if status != 0:
            sys.exit(f"{what} {code}: {said}")


def outside_link(house):
    """The path of the page that a body outside works on: the power company hears of a fire."""
    return houses.wait_for("a task for a body outside", lambda: next((m.group(1) for line in house.sent() for m in
                           [re.search(re.escape(LINKS_LEAD_TO) + r"(/b/\S+)", line["text"])] if m), None), 20)


def forgotten():
    """Pages that the daemons serve and that nobody here looks at."""
    def routes(file):
        table = re.findall(r'HTTP_GET,\s*"([^"]+)"( "\*")?', pathlib.Path(file).read_text())
        return [(path, bool(tail)) for path, tail in table if not NO_PAGE.search(path)]

    def is_looked_at(path, tail, looked):
        return any(one.startswith(path) and len(one) > len(path) if tail else one == path for one in looked)
    console = [HOLES.get(path, path).split("?")[0] for paths in PAGES.values() for path in paths]
    public = [path.split("?")[0] for path in (*PUBLIC, *OWN)]
    return [f"{file}: {path}" for file, looked in (("console/main.c", console + ["/"]), ("ingest/routes.c", public))
            for path, tail in routes(file) if not is_looked_at(path, tail, looked)]	# the console's / leads elsewhere


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--only", action="append", help="only this path")
    args = p.parse_args()
    if forgotten():
        sys.exit(f"nobody looks at {', '.join(forgotten())}")
    folder = args.build / "browser"
    folder.mkdir(exist_ok=True)
    for old in (o for name in WIDTHS for o in folder.glob(f"*-{name}-*.png")):
        old.unlink()		# of cases that are no more
    axe, root, faults = axe_of(args.build), tempfile.mkdtemp(prefix="kt-browser-"), []
    conf = os.path.join(root, "conf")
    shutil.copytree("conf", conf)
    houses.without_factors(conf)
    fake, base = quake()
    with open(os.path.join(conf, "kentongan.yaml"), "a", encoding="utf-8") as f:
        f.write(f"  url: {LINKS_LEAD_TO}\n")	# of the console, as above
        f.write(f"warning: {{quake: {{url: {base}/DataMKG/TEWS/autogempa.json, every: 1s}}}}\n")
    driver = life.Driver(folder)
    eyes = [Eye(driver, name, *size) for name, size in WIDTHS.items()]
    try:
        with houses.House(args.build, os.path.join(root, "dir"), conf) as house:
            os.mkdir(house.dir)
            house.start()
            eyes[0].public = house.http
            codes = [house.command("report", text, "--from", f"+62812000000{i:02}")[1].strip().replace("-", "")
                     for i, text in enumerate(REPORTS)]
            for code in codes:
                houses.wait_for("a case", lambda: house.get(f"/api/v1/cases/{code}", console=True)[0] == 200, 20)
            names = {"code": codes[0], "unclear": codes[3], "flood": codes[4]}
            # As if nobody could be told of it, so that the desk has a letter.
            house.redis()("HSET", "kt:{3510}:mati", codes[0] + ".1", "1795305071385 3 undeliverable")
            faults += walk(eyes, house.http, "", PUBLIC, axe, names, folder, "warga", args.only)
            faults += send(eyes, house.http, "", axe, names, folder, "warga", args.only)
            names["own"], own = report_by_form(house, REPORTS[0])
            houses.wait_for("a case", lambda: house.get(f"/api/v1/cases/{names['own']}", console=True)[0] == 200, 20)
            faults += walk(eyes, house.http, own, OWN, axe, names, folder, "pelapor", args.only)
            faults += send(eyes, house.http, own, axe, names, folder, "pelapor", args.only)
            resolve(house, names["own"], "ptg-o-dishub-1")
            faults += walk(eyes, house.http, own, OWN[:1], axe, names, folder, "pelapor-selesai", args.only)
            names["outside"] = outside_link(house)
            names["broadcast"] = furnish(house)
            def warned():
                return re.search(rb'"id":"(P\w+)"', house.get("/api/v1/warnings", console=True)[2])
            houses.wait_for("a warning", warned, 20)
            names["warning"] = warned().group(1).decode()
            late_ones(house)
            status, said = house.command("act", codes[0], "terima", "--as", "ptg-o-dishub-1")
            if status != 0:
                sys.exit(f"terima {codes[0]}: {said}")
            for officer, paths in PAGES.items():
                cookie = enter(house, officer) if officer else ""
                faults += walk(eyes, house.console, cookie, paths, axe, names, folder, officer, args.only)
                faults += send(eyes, house.console, cookie, axe, names, folder, officer, args.only)
    finally:
        driver.close()
        fake.terminate()
        shutil.rmtree(root, ignore_errors=True)
    print(f"{len(faults)} faults; pictures in {folder}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
