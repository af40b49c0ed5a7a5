#!/usr/bin/env python3
"""A photo by a telephone over a line that breaks, in a real browser: it arrives whole, by itself.

usage: resume.py BUILD

Between headless Chromium and a living house stands a proxy that cuts. First the line breaks again and again, is dead for a
while, and the photo ends by itself; then it breaks for good, the page is loaded anew, and the same photo goes on where
it stood. Pictures stay in BUILD/browser/. Needs chromium and chromium-driver.
"""
import argparse, json, os, pathlib, random, re, shutil, socket, subprocess, sys, tempfile, threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import house as houses
import life
import pages

FILE_BYTES = 1_500_000
CUT_AFTER = 150_000		# bytes of a piece that still pass
PASS, CUT, CUT_PIECES, LATER, DEAD = "pass", "cut", "cut pieces", "later", "dead"


class Line:
    """Hands on what comes to a port of its own; in state CUT it breaks in the middle of pieces, in LATER pieces are
    told that the network asks too much, DEAD it takes nothing."""

    def __init__(self, to):
        host, port = to.rsplit(":", 1)
        self.to, self.state, self.cuts, self.carried, self.refused = (host, int(port)), PASS, 0, 0, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.at = f"127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            if self.state == DEAD:
                near.close()
                continue
            far = socket.create_connection(self.to)
            threading.Thread(target=self.carry, args=(near, far), daemon=True).start()
            threading.Thread(target=self.bring_back, args=(far, near), daemon=True).start()

    def carry(self, near, far):
        """What the browser says; of a piece only its beginning, where the line is to break."""
        passed = 0
        try:
            while data := near.recv(16384):
                if data.startswith(b"PATCH "):
                    passed = 0
                    if self.state == CUT_PIECES:
                        break
                    if self.state == LATER:
                        self.refuse(near)
                        break
                passed += len(data)
                if self.state == CUT and passed > CUT_AFTER:
                    self.cuts += 1
                    break
                self.carried += len(data)
                far.sendall(data)
        except OSError:
            pass		# the other side left
        self.end(near, far)

    def refuse(self, near):
        self.refused += 1
        near.settimeout(0.3)
        try:
            while near.recv(65536):
                pass
        except TimeoutError:
            pass		# the piece is out
        near.sendall(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def bring_back(self, far, near):
        try:
            while data := far.recv(16384):
                near.sendall(data)
        except OSError:
            pass
        self.end(near, far)

    @staticmethod
    def end(*sockets):
        for s in sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass		# it has ended already
            s.close()

    def close(self):
        self.server.close()


def fact(what, is_true):
    if not is_true:
        sys.exit(f"not so: {what}")


def files_of(house, code):
    status, _, body = house.get(f"/api/v1/cases/{code}", console=True)
    return json.loads(body).get("files", []) if status == 200 else []


def bytes_of(house, code, name):
    read = subprocess.run([os.path.join(house.build, "kentongan"), "file", code, name, "--as", "kpl-sekda", "--dir", house.dir,
                           "--conf", house.conf], stdout=subprocess.PIPE, timeout=60)
    fact(f"{name} can be read", read.returncode == 0)
    return read.stdout


def picture(resident, name):
    run(resident, "document.getElementById('unggah').scrollIntoView()")
    resident.stays_in_width()
    said = resident.driver.ask("POST", resident.at + "/execute/async", {
        "script": pages.CHECK % pages.axe_of(resident.driver.folder.parent), "args": []})
    fact(f"axe-core finds nothing at {name}: {said['violations']}", not said["violations"])
    resident.picture(name)


def make_paper(path, seed):
    """A PDF by its first bytes, which is kept as it came."""
    path.write_bytes(b"%PDF-1.4\n" + random.Random(seed).randbytes(FILE_BYTES - 9))
    return path.read_bytes()


def chooses(resident, path):
    resident.driver.ask("POST", f"{resident.at}/element/{resident.sees('#foto')}/value", {"text": str(path)})
    resident.presses("Kirim foto")


def run(resident, script):
    return resident.driver.ask("POST", resident.at + "/execute/sync", {"script": script, "args": []})


def arrives(house, code, n, sent):
    names = houses.wait_for(f"file {n}", lambda: (f := files_of(house, code)) and len(f) == n and f, life.LIMIT_S)
    fact("it arrived byte for byte", any(bytes_of(house, code, name) == sent for name in names))


def breaks_again_and_again(house, line, resident, code, folder):
    sent = make_paper(folder / "satu.pdf", 1)
    line.state = CUT
    chooses(resident, folder / "satu.pdf")
    resident.waits_until("#unggah-kata", "Sambungan terputus")
    picture(resident, "foto-putus")
    resident.waits("three cuts", lambda: line.cuts >= 3)
    line.state = DEAD
    resident.waits_until("#unggah-kata", "Sambungan terputus")
    line.state = LATER
    resident.waits("two refusals for now", lambda: line.refused >= 2)
    line.state = PASS
    resident.waits_until("#unggah-kata", "Foto sudah sampai")
    picture(resident, "foto-sampai")
    arrives(house, code, 1, sent)


def goes_on_after_a_reload(house, line, resident, code, folder):
    sent = make_paper(folder / "dua.pdf", 2)
    line.state = CUT
    cuts = line.cuts
    chooses(resident, folder / "dua.pdf")
    resident.waits("two cuts", lambda: line.cuts >= cuts + 2)
    line.state = CUT_PIECES
    resident.waits_until("#unggah-kata", "Sambungan terputus")
    kept = json.loads(run(resident, f"return localStorage.getItem('foto:{code}')"))
    fact(f"only which upload and of which bytes is remembered: {kept}", sorted(kept) == ["cap", "id"] and
         re.fullmatch("[0-9a-f]{32}", kept["id"]) and re.fullmatch(r"\d+-[0-9a-z]+", kept["cap"]))
    fact("one key", run(resident, "return localStorage.length") == 1)
    resident.driver.ask("POST", resident.at + "/refresh")
    resident.waits_until("#unggah-kata", "Pilih foto yang sama")
    picture(resident, "foto-lanjut")
    line.state, line.carried = PASS, 0
    chooses(resident, folder / "dua.pdf")
    resident.waits_until("#unggah-kata", "Foto sudah sampai")
    fact(f"only the rest was sent: {line.carried} bytes", line.carried < FILE_BYTES - CUT_AFTER)
    fact("nothing is remembered", run(resident, "return localStorage.length") == 0)
    arrives(house, code, 2, sent)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    args = p.parse_args()
    folder = args.build / "browser"
    folder.mkdir(exist_ok=True)
    root = pathlib.Path(tempfile.mkdtemp(prefix="kt-resume-"))
    shutil.copytree("conf", root / "conf")
    houses.without_factors(root / "conf")
    driver = life.Driver(folder)
    try:
        with houses.House(args.build, str(root / "dir"), str(root / "conf")) as house:
            os.mkdir(house.dir)
            house.start()
            line = Line(house.http)
            resident = life.Browser(driver, "garis", 360, 740, phone=True)
            resident.goes(f"http://{line.at}/")
            resident.types("textarea[name=isi]", "lampu jalan mati di desa kabat depan balai desa")
            resident.types("input[name=lokasi]", life.ENTER)
            code = resident.says("p.kode").replace("-", "")
            breaks_again_and_again(house, line, resident, code, root)
            goes_on_after_a_reload(house, line, resident, code, root)
            line.close()
    finally:
        driver.close()
        shutil.rmtree(root, ignore_errors=True)
    print(f"two photos over a line that broke {line.cuts} times; pictures in {folder}")


if __name__ == "__main__":
    main()
