"""What the stand-ins of chat platforms share: each request is recorded, with monotonic time, raw
bytes, a serial number and how many were open then, before it is answered; a script of modes says how it is answered.

Control, never recorded:
  POST /_mode     {"mode": ..., "times": n, "only": words of the paths that it is for, "ms": ..., "retry_after": ...,
                  "reset": ...}
  POST /_feed     what a platform's own queue takes, see there
  GET  /_records  all records as a JSON list
Modes: ok, slow (ms), 401, 402, 503, 429 (retry_after), hang-headers, hang, die, die-after (taken, but
not answered), reset, wrong-json.
"""
import argparse, base64, json, select, socket, struct, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refused(Exception):
    """A request that the real service would refuse."""

    def __init__(self, status, body, headers=()):
        super().__init__(body)
        self.status, self.body, self.headers = status, body, headers


def check_members(doc, required, optional, problem):
    """A JSON object with these members and no others; values are types or checking functions."""
    if not isinstance(doc, dict):
        raise problem("body is not a JSON object")
    for name in doc:
        if name not in required and name not in optional:
            raise problem(f"unknown member {name}")
    for name, kind in {**required, **optional}.items():
        if name not in doc:
            if name in required:
                raise problem(f"member {name} is missing")
            continue
        value = doc[name]
        fits = (isinstance(value, kind) and not (kind is int and isinstance(value, bool))
                if isinstance(kind, type) else kind(value))
        if not fits:
            raise problem(f"member {name} does not fit: {value!r}")


class Sink:
    """One stand-in; a platform fills answer(), limited() and feed()."""

    def __init__(self):
        self.lock = threading.Lock()
        self.news = threading.Condition(self.lock)
        self.records, self.serial, self.mode = [], 0, {"mode": "ok"}
        self.open = 0           # requests that are being answered
        parser = argparse.ArgumentParser()
        parser.add_argument("--token", required=True)
        self.args = parser.parse_args()

    def answer(self, method, path, query, headers, body):
        """(status, document, headers) of a request, or Refused; a function as document writes it all itself."""
        raise NotImplementedError

    def limited(self, mode):
        """The 429 of this platform: (status, document, headers)."""
        raise NotImplementedError

    def feed(self, doc):
        raise NotImplementedError

    def record(self, method, path, headers, body):
        with self.news:
            self.serial += 1
            r = {"serial": self.serial, "mono": time.monotonic(), "method": method, "path": path,
                 "headers": {k.lower(): v for k, v in headers.items()},
                 "raw": base64.b64encode(body).decode(), "body": body.decode("utf-8", "replace"),
                 "status": 0, "open": self.open}
            self.records.append(r)
            mode = dict(self.mode) if self.mode.get("only", "") in path else {"mode": "ok"}
            if "times" in mode:
                self.mode["times"] -= 1
                if self.mode["times"] <= 0:
                    self.mode = {"mode": "ok"}
            self.news.notify_all()
        return r, mode

    def serve(self):
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def respond(self, status, doc, headers=()):
                data = doc if isinstance(doc, bytes) else json.dumps(doc).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                for name, value in headers:
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(data)
                self.wfile.flush()

            def control(self, body):
                if self.path == "/_records":
                    with sink.lock:
                        records = list(sink.records)
                    self.respond(200, records)
                    return
                with sink.news:
                    if self.path == "/_mode":
                        sink.mode = json.loads(body)
                    else:
                        sink.feed(json.loads(body))
                    sink.news.notify_all()
                self.respond(200, {})

            def abort(self):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()

            def until_gone(self, ms):
                """Says nothing until the caller gives up, at most so long."""
                select.select([self.connection], [], [], ms / 1000)

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path.startswith("/_"):
                    self.control(body)
                    return
                record, mode = sink.record(self.command, self.path, self.headers, body)
                kind = mode["mode"]
                if kind == "slow":
                    self.until_gone(mode["ms"])
                elif kind == "hang":
                    self.until_gone(mode.get("ms", 60000))
                    self.abort()
                    return
                elif kind == "die":
                    self.abort()
                    return
                elif kind == "hang-headers":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                    self.wfile.flush()
                    self.until_gone(mode.get("ms", 60000))
                    self.abort()
                    return
                path, _, query = self.path.partition("?")
                try:
                    if kind == "503":
                        status, doc, headers = 503, {"detail": "over capacity"}, ()
                    elif kind == "402":
                        status, doc, headers = 402, {"detail": "no credit"}, ()
                    elif kind == "401":
                        status, doc, headers = 401, {"ok": False, "error_code": 401, "detail": "Unauthorized",
                                                     "description": "Unauthorized"}, ()
                    elif kind == "429":
                        status, doc, headers = sink.limited(mode)
                    else:
                        status, doc, headers = sink.answer(self.command, path, query, self.headers, body)
                except Refused as e:
                    status, doc, headers = e.status, e.body, e.headers
                with sink.lock:
                    record["status"] = status
                if callable(doc):
                    doc(self)
                    return
                if kind == "die-after":
                    self.abort()
                    return
                if kind == "wrong-json":
                    doc = b"<html>gateway</html>"
                self.respond(status, doc, headers)
                if kind == "reset":
                    self.abort()

            def do_GET(self):
                with sink.lock:
                    sink.open += 1
                try:
                    self.handle_one()
                except (BrokenPipeError, ConnectionResetError, OSError):
                    self.close_connection = True
                finally:
                    with sink.lock:
                        sink.open -= 1

            do_POST = do_GET

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass            # a peer that was killed is no mistake of the stand-in

        server = Server(("127.0.0.1", 0), Handler)
        print(f"ready http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()
