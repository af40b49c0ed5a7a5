#!/usr/bin/env python3
"""The whole life of a case by people at browsers of their own, over WebDriver.

usage: life.py BUILD

A resident at a telephone 360 px wide, an operator with a keyboard alone, an officer at a telephone, and the Bupati's
wall at 1920 px, on a living house; then a call-taker at a typist's pace, and an officer on a slow line. Nothing is asked of the house but what they click and type; each step waits until its
page says so. Pictures of every step stay in BUILD/browser/. Needs chromium and chromium-driver.
"""
import argparse, base64, json, os, pathlib, re, shutil, subprocess, sys, tempfile, threading, time, urllib.error, urllib.parse, urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import house as houses

PASSWORD = "becak merah lewat depan pasar"
LIMIT_S = 20
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"		# W3C WebDriver, 12: how an element is named in JSON
ENTER, ESCAPE, TAB, ALT = "\ue007", "\ue00c", "\ue004", "\ue00a"
KEYS_A_S = 5			# a typist who listens: 60 words a minute
SLOW = {"latency": 400, "download_throughput": 50_000 // 8, "upload_throughput": 20_000 // 8, "offline": False}	# GPRS at a village's edge
SLOW_LIMIT_S = 15		# until a page is whole on it, nothing in the browser's memory
ENTRY_LIMIT_S = 30		# from the caller's first word to the whole report stored


class Driver:
    """chromedriver on a port of its own."""

    def __init__(self, folder):
        self.folder, self.sessions = folder, []
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            at = re.search(r"started successfully on port (\d+)", line)
            if at:
                self.url = f"http://127.0.0.1:{at.group(1)}"
                return
        sys.exit("chromedriver did not start; is chromium-driver installed?")

    def ask(self, method, path, body=None):
        data = None if method == "GET" or method == "DELETE" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            said = json.load(e)["value"]
            raise RuntimeError(f"{said['error']}: {said['message'].splitlines()[0]}") from None

    def close(self):
        for at in list(self.sessions):
            self.ask("DELETE", at)
        self.process.terminate()
        self.process.wait(20)


def was_replaced(error):
    """The page that was being looked at made room for another."""
    return re.search("stale|no such|does not belong to the document", str(error)) is not None


class Browser:
    """One person's browser, with cookies of its own."""

    def __init__(self, driver, who, width, height, phone=False, script=True):
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}"]}
        if phone:
            options["mobileEmulation"] = {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2.0, "touch": True}}
        if not script:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        self.driver, self.who, self.pictures = driver, who, 0
        made = driver.ask("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})
        self.at = "/session/" + made["sessionId"]
        driver.sessions.append(self.at)

    def goes(self, url):
        self.driver.ask("POST", self.at + "/url", {"url": url})

    def is_on_a_slow_line(self):
        self.driver.ask("POST", self.at + "/chromium/network_conditions", {"network_conditions": SLOW})

    def where(self):
        return self.driver.ask("GET", self.at + "/url")

    def sees(self, how, strategy="css selector"):
        """The first such element that is shown, waited for; a click may just be loading its page."""
        def shown():
            try:
                for e in self.driver.ask("POST", self.at + "/elements", {"using": strategy, "value": how}):
                    if self.driver.ask("GET", f"{self.at}/element/{e[ELEMENT]}/displayed"):
                        return e[ELEMENT]
            except RuntimeError as e:
                if not was_replaced(e):
                    raise
            return None
        return self.waits(how, shown)

    def waits(self, what, fact, pause_s=0.02):
        try:
            return houses.wait_for(what, fact, LIMIT_S, pause_s)
        except houses.Late:
            text = self.driver.ask("POST", self.at + "/execute/sync", {"script": "return document.body.innerText", "args": []})
            raise houses.Late(f"{self.who} does not see {what} at {self.where()}, but: {text[:1500]}") from None

    def says(self, how):
        return self.driver.ask("GET", f"{self.at}/element/{self.sees(how)}/text")

    def reads(self, how, words):
        try:
            return words in self.says(how)
        except RuntimeError as e:
            if not was_replaced(e):
                raise
            return False

    def waits_until(self, how, words):
        self.waits(f"“{words}”", lambda: self.reads(how, words))

    def types(self, how, text):
        self.driver.ask("POST", f"{self.at}/element/{self.sees(how)}/value", {"text": text})

    def clicks(self, how, strategy="css selector"):
        self.driver.ask("POST", f"{self.at}/element/{self.sees(how, strategy)}/click")

    def presses(self, button):
        """A button or link by the words on it."""
        self.clicks(f"//main//*[self::button or self::a or self::summary][normalize-space()='{button}']", "xpath")

    def keys(self, *keys):
        """At the keyboard, wherever the page's attention is; nothing is pointed at."""
        acts = [{"type": t, "value": k} for k in "".join(keys) for t in ("keyDown", "keyUp")]
        self.driver.ask("POST", self.at + "/actions", {"actions": [{"type": "key", "id": "papan-ketik", "actions": acts}]})

    def at_pace(self, *keys):
        """As keys(), one after the other as a typist does; (ALT, "d") holds one while the other is pressed."""
        acts = []
        for part in keys:
            for k in [part] if isinstance(part, tuple) else part:
                held = list(k) if isinstance(k, tuple) else [k]
                acts += [{"type": "keyDown", "value": h} for h in held] + [{"type": "keyUp", "value": h} for h in reversed(held)]
                acts.append({"type": "pause", "duration": 1000 // KEYS_A_S})
        self.driver.ask("POST", self.at + "/actions", {"actions": [{"type": "key", "id": "papan-ketik", "actions": acts}]})

    def reads_again_until(self, words):
        """Reloads what does not read itself again, as people do."""
        def there():
            if self.reads("main", words):
                return True
            self.driver.ask("POST", self.at + "/refresh")
            return False
        self.waits(f"“{words}”", there, 0.2)

    def picture(self, name):
        self.pictures += 1
        png = base64.b64decode(self.driver.ask("GET", self.at + "/screenshot"))
        if len(png) < 5000:
            raise RuntimeError(f"{self.who}: no picture of {name}")
        (self.driver.folder / f"hidup-{self.who}-{self.pictures}-{name}.png").write_bytes(png)

    def stays_in_width(self):
        wide, window = self.driver.ask("POST", self.at + "/execute/sync", {
            "script": "return [document.documentElement.scrollWidth, innerWidth]", "args": []})
        if wide > window:
            raise RuntimeError(f"{self.who}: {self.where()} is {wide} px wide on {window} px")

    def closes(self):
        self.driver.ask("DELETE", self.at)
        self.driver.sessions.remove(self.at)


def enters(browser, house, officer):
    """By the link that the administrator gives, a password of his own, and the log-in page."""
    status, said = house.command("officer", "passwd", officer)
    if status != 0:
        sys.exit(f"officer passwd {officer}: {said}")
    link = urllib.parse.urlparse(said.strip())
    browser.goes(f"http://{house.console}{link.path}?{link.query}")
    browser.types("input[name=sandi]", PASSWORD)
    browser.types("input[name=ulang]", PASSWORD + ENTER)
    browser.sees("input[name=nama][autofocus], input[name=nama]:not([hidden])")
    if "/masuk" not in browser.where():
        browser.goes(f"http://{house.console}/masuk")
    browser.types("input[name=nama]", officer)
    browser.types("input[name=sandi]", PASSWORD + ENTER)
    browser.sees("header nav")


def reports(resident, house, text, number):
    resident.goes(f"http://{house.http}/")
    resident.types("textarea[name=isi]", text)
    if number:
        resident.clicks("form summary")
        resident.types("input[name=telepon]", number)
    resident.stays_in_width()
    resident.picture("formulir")
    resident.types("input[name=lokasi]", ENTER)
    code = resident.says("p.kode")
    resident.stays_in_width()
    resident.picture("kode")
    return code


def life(house, driver):
    resident, officer = Browser(driver, "warga", 360, 740, phone=True), Browser(driver, "petugas", 360, 740, phone=True)
    wall, desk = Browser(driver, "papan", 1920, 1080), Browser(driver, "meja", 1280, 900)
    enters(wall, house, "kpl-bupati")
    wall.goes(f"http://{house.console}/papan")
    wall.sees("#angka")
    enters(officer, house, "ptg-o-dishub-1")
    enters(desk, house, "opr-d112-1")

    code = reports(resident, house, "lampu jalan mati di desa kabat depan balai desa", "081234560001")
    resident.reads_again_until("Dinas Perhubungan")
    officer.goes(f"http://{house.console}/tugas")
    officer.reads_again_until(code)
    officer.stays_in_width()
    officer.picture("tugas")
    officer.clicks(f"//a[contains(., '{code}')]", "xpath")
    officer.presses("Terima tugas")
    officer.waits_until("main", "diterima petugas")
    officer.presses("Menuju lokasi")
    officer.waits_until("main", "petugas menuju lokasi")
    officer.stays_in_width()
    officer.picture("kasus")
    resident.reads_again_until("petugas menuju lokasi")
    print("fine  a resident reports, an officer sets out, both see it", flush=True)

    other = Browser(driver, "warga-2", 360, 740, phone=True)
    keyboard_only(desk, house, reports(other, house, "pak yang di sana itu bagaimana ya kok begitu terus", ""))
    other.reads_again_until("pohon tumbang")
    other.closes()
    print("fine  the desk assigns by keyboard alone", flush=True)

    officer.presses("Mulai menangani")
    officer.clicks("details[open] form button")
    officer.waits_until("main", "sedang ditangani")
    officer.presses("Selesai")
    officer.types("details[open] textarea[name=catatan]", "lampu sudah diganti")
    officer.clicks("details[open] form button")
    officer.waits_until("main", "menunggu jawaban pelapor")
    officer.picture("selesai")
    resident.reads_again_until("Sudah beres?")
    resident.stays_in_width()
    resident.picture("sudah-beres")
    resident.presses("Ya, sudah beres")
    resident.reads_again_until("ditutup")
    officer.goes(officer.where())
    officer.waits_until("main", "sudah beres")
    print("fine  the resident says that it is mended, and it is closed", flush=True)
    wall.picture("papan")
    wall.stays_in_width()
    for one in (resident, officer, wall, desk):
        one.closes()


def keyboard_only(desk, house, code):
    """Nothing is clicked: the list, the first that waits, its category and place, assigned."""
    desk.goes(f"http://{house.console}/triase")
    desk.reads_again_until(code)
    desk.picture("triase")
    desk.keys("n")
    desk.waits_until("main", code)
    desk.keys("k")
    desk.keys("pohon", ESCAPE, "l")
    desk.keys("Kaligung", ESCAPE)
    desk.picture("satu")
    desk.keys("t")
    desk.waits_until("main", "Menunggu dibaca: 0")
    desk.goes(f"http://{house.console}/kasus/{code.replace('-', '')}")
    desk.waits_until("main", "Kaligung")


def call_taker(house, driver):
    """A call, written down by keyboard alone as the caller speaks; units are alerted before the form is complete."""
    desk = Browser(driver, "penerima", 1280, 900)
    enters(desk, house, "opr-d112-1")
    desk.goes(f"http://{house.console}/baru")
    desk.sees("textarea[name=isi]")
    begun = time.monotonic()
    # "Pak, rumah kebakaran! Di Kabat." He is in the field already; what is there goes out now.
    desk.at_pace("rumah kebakaran", TAB, "Kabat, Kec. Kabat", (ALT, "d"))
    desk.waits_until("h1", "Lengkapi")
    code = desk.says("h1 .kode").replace("-", "")
    sent = time.monotonic() - begun
    # The caller goes on: what, where exactly, his number and name.  Whoever listens for the units stands beside.
    alerted = []
    def listen():
        houses.wait_for("units alerted", lambda: any(m.get("code") == code and m["kind"].startswith("tugas")
                                                     for m in house.sent()), LIMIT_S)
        alerted.append(time.monotonic() - begun)
    beside = threading.Thread(target=listen, daemon=True)
    beside.start()
    desk.at_pace("api besar", TAB, TAB, "RT 2 gang 3", TAB, "081234560009", TAB, "Siti")
    complete = time.monotonic() - begun
    if not alerted:
        raise RuntimeError(f"no unit was alerted {complete - sent:.1f} s after the emergency was sent")
    desk.picture("lengkap")
    desk.at_pace((ALT, "s"))
    desk.waits_until("main .pesan.baik", "Tercatat dengan kode")
    whole = time.monotonic() - begun
    desk.goes(f"http://{house.console}/kasus/{code}")
    for words in ("rumah kebakaran", "api besar", "RT 2 gang 3", "81234560009", "Kabat"):
        desk.reads_again_until(words)
    desk.picture("kasus")
    if whole >= ENTRY_LIMIT_S:
        raise RuntimeError(f"the entry took {whole:.1f} s at {KEYS_A_S} keys a second, more than {ENTRY_LIMIT_S}")
    print(f"fine  a call is written down by keyboard alone in {whole:.1f} s at {KEYS_A_S} keys a second: sent after {sent:.1f} s, "
          f"units alerted after {alerted[0]:.1f} s, complete after {complete:.1f} s", flush=True)
    desk.closes()


def slow_line(house, driver):
    """At the edge of the network, a browser without scripts: the list, a case, an act."""
    resident, officer = Browser(driver, "warga-3", 360, 740, phone=True), Browser(driver, "pelan", 500, 740, script=False)
    code = reports(resident, house, "lampu jalan mati di desa kabat depan pasar", "081234560003")
    resident.reads_again_until("Dinas Perhubungan")
    resident.closes()
    enters(officer, house, "ptg-o-dishub-2")
    officer.is_on_a_slow_line()
    took = {}

    def step(name, do, words):
        begun = time.monotonic()
        do()
        officer.waits_until("main", words)
        took[name] = time.monotonic() - begun
    step("list", lambda: officer.goes(f"http://{house.console}/tugas"), code)
    step("case", lambda: officer.clicks(f"//a[contains(., '{code}')]", "xpath"), "Terima tugas")
    step("act", lambda: officer.presses("Terima tugas"), "diterima petugas")
    officer.picture("terima")
    for name, seconds in took.items():
        if seconds >= SLOW_LIMIT_S:
            raise RuntimeError(f"{name}: {seconds:.1f} s on a line of 50 kbit/s, more than {SLOW_LIMIT_S}")
    print("fine  on 50 kbit/s and without scripts: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()), flush=True)
    officer.closes()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    args = p.parse_args()
    folder = args.build / "browser"
    folder.mkdir(exist_ok=True)
    root = tempfile.mkdtemp(prefix="kt-life-")
    conf = os.path.join(root, "conf")
    shutil.copytree("conf", conf)
    houses.without_factors(conf)
    driver = Driver(folder)
    try:
        with houses.House(args.build, os.path.join(root, "dir"), conf) as house:
            os.mkdir(house.dir)
            house.start()
            life(house, driver)
            call_taker(house, driver)
            slow_line(house, driver)
    finally:
        driver.close()
        shutil.rmtree(root, ignore_errors=True)
    print(f"the whole life of a case; pictures in {folder}")


if __name__ == "__main__":
    main()
