#!/usr/bin/env python3
"""The wall in a real browser: wall.py CONSOLE SECRET_FILE OUT_DIR

Headless Chromium cannot be given a header, so a proxy of our own adds the machine's secret.  Prints
"watching" when the page says that it is live; then, for each code typed on standard input, waits until
the page shows it among its escalations, without anything being asked of it, and prints
"CODE MILLISECONDS_SINCE_EPOCH".  At the end of input it makes pictures, one line of "NAME BYTES" each.
"""
import base64, http.client, json, os, re, socket, struct, subprocess, sys, tempfile, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM, SECRET, OUT = sys.argv[1].split("//")[1], open(sys.argv[2]).read().strip(), sys.argv[3]
BROWSER = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
SIZES = {"papan-1920": "1920,1080", "papan-820": "820,1180", "papan-360": "360,2600"}


class Proxy(BaseHTTPRequestHandler):
    def do_GET(self):
        up = http.client.HTTPConnection(UPSTREAM)
        up.request("GET", self.path, headers={"Authorization": "Bearer " + SECRET, "Accept": self.headers.get("Accept", "*/*")})
        answer = up.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        try:
            while chunk := answer.read1(65536):
                self.wfile.write(chunk)
                self.wfile.flush()
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Page:
    """One page of a browser, asked through its DevTools (RFC 6455, text frames alone)."""

    def __init__(self, port):
        for _ in range(100):
            pages = json.load(http_get(port, "/json/list"))
            at = [p["webSocketDebuggerUrl"] for p in pages if p["type"] == "page"]
            if at:
                break
        self.s = socket.create_connection(("127.0.0.1", port))
        path = at[0].split(str(port), 1)[1]
        key = base64.b64encode(os.urandom(16)).decode()
        self.s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.f = self.s.makefile("rb")
        while self.f.readline().strip():
            pass
        self.n = 0

    def value(self, expression):
        self.n += 1
        data = json.dumps({"id": self.n, "method": "Runtime.evaluate", "params": {"expression": expression}}).encode()
        head = bytes([0x81]) + (bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE]) + struct.pack(">H", len(data)))
        self.s.sendall(head + bytes(4) + data)
        while True:
            size = self.f.read(2)[1] & 127
            if size > 125:
                size = struct.unpack(">H" if size == 126 else ">Q", self.f.read(2 if size == 126 else 8))[0]
            answer = json.loads(self.f.read(size))
            if answer.get("id") == self.n:
                return answer.get("result", {}).get("result", {}).get("value")  # nothing while it navigates

    def until(self, expression, limit_s=20):
        end = time.time() + limit_s
        while time.time() < end:
            if self.value(expression):
                return int(time.time() * 1000)
        return 0


def http_get(port, path):
    c = http.client.HTTPConnection("127.0.0.1", port)
    c.request("GET", path)
    return c.getresponse()


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/papan"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        browser = subprocess.Popen([*BROWSER, f"--user-data-dir={home}/a", "--remote-debugging-port=0", url], stderr=subprocess.PIPE,
                                   text=True)
        port = next(m.group(1) for line in browser.stderr if (m := re.search(r"ws://127\.0\.0\.1:(\d+)/", line)))
        page = Page(int(port))
        live = page.until("(document.getElementById('sambung') || {}).textContent === 'Langsung'")
        print("watching" if live else "not live", flush=True)
        for line in sys.stdin:
            code = line.strip()
            print(code, page.until(f"document.getElementById('eskalasi').textContent.includes('{code}')"), flush=True)
        browser.terminate()
        browser.wait()
        for name, size in SIZES.items():
            subprocess.run([*BROWSER, f"--user-data-dir={home}/{name}", f"--window-size={size}", f"--screenshot={OUT}/{name}.png",
                            url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            print(name, os.path.getsize(f"{OUT}/{name}.png"), flush=True)


main()
