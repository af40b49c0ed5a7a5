#!/usr/bin/env python3
"""A stand-in of the places where platforms keep files: Graph API and its CDN, Telegram's files, X's
media look-up, and open hosts as Facebook, Instagram and X have them.

Strict: the token must come where the platform wants it, and must not come anywhere else.

Feed: {"files": {ID: {"data": base64, "how": ..., "times": n, "location": URL}}}
Hows (for the next n requests of the bytes, 0: always; then ok): ok, expired (404), wrong-sha (what
Graph says of it), declared (10 GB by its head), undeclared (no length, never ends), slow (a byte now
and then), 503, hang, redirect (302 to location), as-html (Content-Type: text/html).
What is sent to people is taken and answered with yes: other stand-ins look at that.
"""
import base64, hashlib, re
from urllib.parse import parse_qs

from sink import Refused, Sink


def no(status, why):
    return Refused(status, {"error": {"message": why, "code": 100}, "ok": False, "description": why, "title": why})


class Media(Sink):
    def __init__(self):
        super().__init__()
        self.files, self.asked = {}, 0

    def feed(self, doc):
        for name, f in doc.get("files", {}).items():
            self.files[name] = {"data": base64.b64decode(f["data"]), "how": f.get("how", "ok"),
                                "times": f.get("times", 0), "location": f.get("location", "")}

    def limited(self, mode):
        return 429, {"error": {"code": 4}}, [("Retry-After", 1)]

    def file(self, name):
        if name not in self.files:
            raise no(404, f"no file {name}")
        return self.files[name]

    def how(self, f, only=None):
        """How this request is answered; a limited how is used up by it."""
        with self.lock:
            how = f["how"]
            if how == "ok" or (only is not None and how not in only) or (only is None and how == "wrong-sha"):
                return "ok"
            if f["times"] > 0:
                f["times"] -= 1
                if f["times"] == 0:
                    f["how"] = "ok"
            return how

    def answer(self, method, path, query, headers, body):
        base, auth = "http://" + headers["Host"], headers.get("Authorization")
        if method == "POST":
            if path.startswith("/2/"):
                return 201, {"data": {"id": "1", "dm_event_id": "1"}}, ()
            return 200, {"ok": True, "result": {"message_id": 1}, "id": "1"}, ()
        bearer = auth == "Bearer " + self.args.token
        m = re.fullmatch(r"/v23\.0/([\w.-]+)", path)
        if m:
            if not bearer:
                raise no(401, "Invalid OAuth access token")
            return 200, self.graph(base, m[1]), ()
        m = re.fullmatch(r"/cdn/([\w.-]+)", path)
        if m:
            if not bearer:
                raise no(401, "the CDN wants the token")
            return self.give(m[1])
        m = re.fullmatch(r"/bot([^/]+)/getFile", path)
        if m:
            if m[1] != self.args.token:
                raise no(404, "Not Found")
            name = parse_qs(query)["file_id"][0]
            self.file(name)
            return 200, {"ok": True, "result": {"file_id": name, "file_unique_id": "u" + name,
                                                "file_path": f"voice/{name}.oga"}}, ()
        if auth is not None and not path.startswith(("/2/", "/private/")):
            raise no(400, "the token is shown to a stranger")
        m = re.fullmatch(r"/file/bot([^/]+)/voice/([\w.-]+)\.oga", path)
        if m:
            if m[1] != self.args.token:
                raise no(404, "Not Found")
            return self.give(m[2])
        m = re.fullmatch(r"/2/media/(\d+_\d+)", path)
        if m:
            if not bearer:
                raise no(401, "Unauthorized")
            if "url" not in parse_qs(query)["media.fields"][0].split(","):
                raise no(400, "media.fields")
            self.file(m[1])
            return 200, {"data": {"media_key": m[1], "type": "photo", "url": f"{base}/open/{m[1]}"}}, ()
        m = re.fullmatch(r"/private/([\w.-]+)", path)
        if m:
            if not bearer:
                raise no(401, "a private message's file")
            return self.give(m[1])
        m = re.fullmatch(r"/open/([\w.-]+)", path)
        if m:
            return self.give(m[1])
        raise no(404, "no such resource")

    def graph(self, base, name):
        f = self.file(name)
        data = b"other" if self.how(f, ("wrong-sha",)) == "wrong-sha" else f["data"]
        with self.lock:
            self.asked += 1
            return {"messaging_product": "whatsapp", "url": f"{base}/cdn/{name}?n={self.asked}", "mime_type": "image/jpeg",
                    "sha256": hashlib.sha256(data).hexdigest(), "file_size": len(f["data"]), "id": name}

    def give(self, name):
        f = self.file(name)
        how = self.how(f)
        if how == "expired":
            raise no(404, "the address has ended")
        if how == "503":
            raise no(503, "later")
        if how == "redirect":
            return 302, b"", [("Location", f["location"])]

        def write(handler):
            head = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\n{}\r\n"
            kind = "text/html" if how == "as-html" else "application/octet-stream"
            length = {"declared": "Content-Length: 10000000000\r\n", "undeclared": "Connection: close\r\n",
                      "slow": "Content-Length: 100000\r\n", "hang": "Content-Length: 100000\r\n"}
            handler.close_connection = True
            handler.wfile.write(head.format(kind, length.get(how, f"Content-Length: {len(f['data'])}\r\n")).encode())
            if how == "hang":
                handler.until_gone(60000)
            elif how == "slow":
                for byte in f["data"]:
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    handler.until_gone(200)
            else:
                handler.wfile.write(f["data"])
                while how in ("declared", "undeclared"):
                    handler.wfile.write(bytes(65536))
            handler.wfile.flush()

        return 200, write, ()


Media().serve()
