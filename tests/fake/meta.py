#!/usr/bin/env python3
"""A strict stand-in of Meta's Graph API for tests: WhatsApp Cloud API, a Facebook page, an Instagram account.

It writes down each request (serial, monotonic time, raw bytes) before it answers, refuses what the
real one refuses, with the real one's error shapes, and can be told to misbehave.

    meta.py TOKEN    prints "port N" when it listens on 127.0.0.1; ends with its standard input.

Accounts: WhatsApp number 106540352242922, page 110022003300, Instagram 17841400000000001.

Control, on the same port:
    POST /_mode     {"mode": "slow", "ms": 300, "times": 1}   times 0: until told otherwise
    POST /_window   {"to": "6281...", "open": false}          the 24 hours of one person are over
    POST /_absent   {"to": "6281..."}                         not on WhatsApp: 131026
    POST /_error    {"status": 400, "code": 190, "times": 1}  this error
    POST /_template {"name": "status_laporan", "parameters": 2}
    GET  /_got      {"requests": [{"serial", "at", "path", "head", "body", "status", "code", "id"}]}

Modes: ok, slow, 503, 429, hang-head (status line and headers, then nothing), hang (reads, then
nothing), die (closes at accept), reset (answers and resets), wrong-json.
"""
import json
import re
import select
import socket
import struct
import sys
import threading
import time

WHATSAPP, PAGE, INSTAGRAM = "106540352242922", "110022003300", "17841400000000001"


class Refused(Exception):
    def __init__(self, status, code, message, details=None, subcode=None, kind="OAuthException"):
        super().__init__(message)
        self.status, self.code, self.details, self.subcode, self.kind = status, code, details, subcode, kind


def bad(details):
    return Refused(400, 100, "(#100) Invalid parameter", details)


class World:
    def __init__(self, token):
        self.token, self.lock = token, threading.Lock()
        self.requests, self.mode, self.errors = [], {"mode": "ok", "ms": 0, "times": 0}, []
        self.closed, self.absent, self.templates, self.private = set(), set(), {}, set()
        self.ids = 0

    def new_id(self, prefix):
        """Of what is sent; the lock is held."""
        self.ids += 1
        return f"{prefix}{self.ids:06d}"

    def take_mode(self):
        with self.lock:
            now = dict(self.mode)
            if now["mode"] != "ok" and now["times"] > 0:
                self.mode["times"] -= 1
                if self.mode["times"] == 0:
                    self.mode = {"mode": "ok", "ms": 0, "times": 0}
            return now

    def control(self, path, doc):
        with self.lock:
            if path == "/_mode":
                self.mode = {"mode": doc["mode"], "ms": doc.get("ms", 0), "times": doc.get("times", 0)}
            elif path == "/_window":
                (self.closed.discard if doc["open"] else self.closed.add)(doc["to"])
            elif path == "/_absent":
                self.absent.add(doc["to"])
            elif path == "/_error":
                self.errors += [(doc["status"], doc["code"])] * doc.get("times", 1)
            elif path == "/_template":
                self.templates[doc["name"]] = doc["parameters"]
            elif path == "/_got":
                return {"requests": self.requests}
            else:
                raise KeyError(path)
            return {"ok": True}


# ---- what the real one checks ----

def members(o, required, optional=()):
    if not isinstance(o, dict):
        raise bad("an object was expected")
    for name in o:
        if name not in required and name not in optional:
            raise bad(f"Unexpected key \"{name}\" on param")
    for name in required:
        if name not in o:
            raise Refused(400, 131008, "(#131008) Required parameter is missing", name)


def text(o, name, most, unit="chars"):
    s = o[name]
    if not isinstance(s, str):
        raise bad(f"Param {name} must be a string")
    size = len(s) if unit == "chars" else len(s.encode())
    if size == 0:
        raise Refused(400, 131008, "(#131008) Required parameter is missing", f"{name} is empty")
    if size > most:
        raise bad(f"Param {name} must be at most {most} {unit}, is {size}")
    if any(0xD800 <= ord(c) < 0xE000 for c in s):
        raise bad(f"Param {name} is no valid UTF-8")
    return s


def one_of(o, name, values):
    if o[name] not in values or isinstance(o[name], bool) != isinstance(values[0], bool):
        raise bad(f"Param {name} must be one of {values}")


def check_text(o):
    members(o, ("body",), ("preview_url",))
    text(o, "body", 4096)
    if not isinstance(o.get("preview_url", False), bool):
        raise bad("preview_url must be a boolean")


def check_interactive(o):
    members(o, ("type", "body", "action"), ("header", "footer"))
    one_of(o, "type", ["button"])
    members(o["body"], ("text",))
    text(o["body"], "text", 1024)
    members(o["action"], ("buttons",))
    buttons = o["action"]["buttons"]
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(400, 131009, "(#131009) Parameter value is not valid", "1 to 3 buttons")
    for b in buttons:
        members(b, ("type", "reply"))
        one_of(b, "type", ["reply"])
        members(b["reply"], ("id", "title"))
        text(b["reply"], "id", 256)
        text(b["reply"], "title", 20)
    for name in ("id", "title"):
        if len({b["reply"][name] for b in buttons}) != len(buttons):
            raise Refused(400, 131009, "(#131009) Parameter value is not valid", f"two buttons of one {name}")


def check_template(world, o):
    members(o, ("name", "language"), ("components",))
    name = text(o, "name", 512)
    members(o["language"], ("code",), ("policy",))
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", text(o["language"], "code", 16)):
        raise Refused(400, 132001, "(#132001) Template name does not exist in the translation")
    if name not in world.templates:
        raise Refused(404, 132001, "(#132001) Template name does not exist in the translation", name)
    given = 0
    for c in o.get("components", []):
        members(c, ("type", "parameters"))
        one_of(c, "type", ["body"])
        for p in c["parameters"]:
            members(p, ("type", "text"))
            one_of(p, "type", ["text"])
            if re.search(r"[\n\t]| {5,}", text(p, "text", 1024)):
                raise Refused(400, 132018, "(#132018) Template parameters are not valid", "new-line, tab or blanks")
            given += 1
    if given != world.templates[name]:
        raise Refused(400, 132000, "(#132000) Number of parameters does not match the expected number of params")


def send_whatsapp(world, o):
    if not isinstance(o, dict) or ("to" in o) == ("recipient" in o):
        raise bad("either to or recipient")
    address = "to" if "to" in o else "recipient"
    kinds = {"text": check_text, "interactive": check_interactive,
             "template": lambda part: check_template(world, part)}
    if o.get("type") not in kinds:
        raise bad("type must be text, interactive or template")
    members(o, ("messaging_product", address, "type", o["type"]), ("recipient_type", "biz_opaque_callback_data", "context"))
    one_of(o, "messaging_product", ["whatsapp"])
    if "recipient_type" in o:
        one_of(o, "recipient_type", ["individual"])
    to = text(o, address, 128)
    if address == "to" and not re.fullmatch(r"[1-9][0-9]{6,14}", to):
        raise Refused(400, 131009, "(#131009) Parameter value is not valid", "to is no phone number")
    if address == "recipient" and not re.fullmatch(r"[A-Z]{2}\.[A-Za-z0-9.]+", to):
        raise Refused(400, 131009, "(#131009) Parameter value is not valid", "recipient is no user id")
    if "biz_opaque_callback_data" in o:
        text(o, "biz_opaque_callback_data", 512)
    kinds[o["type"]](o[o["type"]])
    if to in world.absent:
        raise Refused(400, 131026, "(#131026) Message undeliverable", "Unable to deliver message.")
    if to in world.closed and o["type"] != "template":
        raise Refused(400, 131047, "(#131047) Re-engagement message", "More than 24 hours have passed")
    return {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}],
            "messages": [{"id": world.new_id("wamid.OUT")}]}


def send_messenger(world, o, account):
    members(o, ("recipient", "message"), ("messaging_type", "tag"))
    if account == PAGE:
        members(o, ("recipient", "message", "messaging_type"), ("tag",))
        one_of(o, "messaging_type", ["RESPONSE", "MESSAGE_TAG"])
    if o.get("messaging_type") == "MESSAGE_TAG":
        if "tag" not in o:
            raise bad("a tag is needed")
        one_of(o, "tag", ["HUMAN_AGENT"])
    members(o["message"], ("text",))
    text(o["message"], "text", *((2000, "bytes") if account == PAGE else (1000, "bytes")))
    if not isinstance(o["recipient"], dict) or len(o["recipient"]) != 1:
        raise bad("recipient must have one member")
    key = next(iter(o["recipient"]))
    if key not in ("id", "comment_id", "post_id"):
        raise bad(f"Unexpected key \"{key}\" on param recipient")
    to = text(o["recipient"], key, 200)
    if key == "id" and not to.isdigit():
        raise bad("No matching user found")
    if key != "id":
        if to in world.private:
            raise Refused(400, 10900, "(#10900) Activity already replied to", kind="OAuthException")
        world.private.add(to)
    if key == "id" and to in world.closed and o.get("messaging_type") != "MESSAGE_TAG":
        raise Refused(400, 10, "(#10) This message is sent outside of allowed window.", subcode=2018278)
    if to in world.absent:
        raise Refused(400, 551, "(#551) This person isn't available right now.", subcode=1545041)
    return {"recipient_id": to, "message_id": world.new_id("m_out")}


def send_comment(o, most):
    members(o, ("message",))
    text(o, "message", most, "bytes")
    return {"id": f"110022003300_{int(time.time() * 1000)}"}


def route(world, path, doc):
    if not re.match(r"/v\d+\.0/", path):
        raise Refused(400, 2500, "Unknown path components: " + path)
    object_, _, edge = path.split("/", 2)[2].partition("/")
    if object_ == WHATSAPP and edge == "messages":
        return send_whatsapp(world, doc)
    if object_ in (PAGE, INSTAGRAM) and edge == "messages":
        return send_messenger(world, doc, object_)
    if re.fullmatch(r"\d+_\d+", object_) and edge == "comments":
        return send_comment(doc, 8000)
    if re.fullmatch(r"\d+", object_) and edge == "replies":
        return send_comment(doc, 1000)
    raise Refused(400, 100, f"Unsupported post request. Object with ID '{object_}' does not exist", subcode=33,
                  kind="GraphMethodException")


def unique(pairs):
    if len({k for k, _ in pairs}) != len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


def judge(world, method, path, head, body):
    """Status and document of the answer."""
    try:
        if head.get("authorization") != "Bearer " + world.token:
            raise Refused(401, 190, "Invalid OAuth access token - Cannot parse access token")
        if method != "POST":
            raise Refused(400, 100, f"Unsupported {method.lower()} request", subcode=33, kind="GraphMethodException")
        if head.get("content-type", "").split(";")[0] != "application/json":
            raise bad("Content-Type must be application/json")
        with world.lock:
            if world.errors:
                status, code = world.errors.pop(0)
                raise Refused(status, code, f"(#{code}) as the test wished")
        try:
            doc = json.loads(body.decode("utf-8"), object_pairs_hook=unique)
        except ValueError:
            raise bad("The body is no JSON") from None
        with world.lock:
            return 200, route(world, path, doc)
    except Refused as e:
        error = {"message": str(e), "type": e.kind, "code": e.code, "fbtrace_id": "Axxxxxxxxxxxxxxxxxxxxxx"}
        if e.subcode:
            error["error_subcode"] = e.subcode
        if e.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": e.details}
        return e.status, {"error": error}


# ---- HTTP, by hand: a test must see the bytes ----

def read_request(conn):
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(65536)
        if not more:
            return None
        data += more
    top, body = data.split(b"\r\n\r\n", 1)
    lines = top.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    head = {}
    for line in lines[1:]:
        name, value = line.split(":", 1)
        head[name.strip().lower()] = value.strip()
    want = int(head.get("content-length", 0))
    while len(body) < want:
        more = conn.recv(65536)
        if not more:
            return None
        body += more
    return method, path, head, body


def answer(conn, status, doc, extra=""):
    body = doc if isinstance(doc, bytes) else json.dumps(doc).encode()
    conn.sendall(f"HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=UTF-8\r\n{extra}"
                 f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def until_gone(conn, seconds):
    """Says nothing until the caller gives up, at most so long."""
    select.select([conn], [], [], seconds)


def misbehave(conn, now, status, doc):
    """1 when the connection is over."""
    mode = now["mode"]
    if mode == "slow":
        until_gone(conn, now["ms"] / 1000)
    elif mode == "503":
        answer(conn, 503, b"<html>Service Unavailable</html>")
        return 0
    elif mode == "429":
        answer(conn, 429, {"error": {"message": "(#4) Application request limit reached", "type": "OAuthException",
                                     "code": 4}}, "Retry-After: 1\r\n")
        return 0
    elif mode == "hang-head":
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
        until_gone(conn, 60)
        return 1
    elif mode == "hang":
        until_gone(conn, 60)
        return 1
    elif mode == "reset":
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        reset(conn)
        return 1
    elif mode == "wrong-json":
        answer(conn, 200, b"{\"messages\":[")
        return 0
    answer(conn, status, doc)
    return 0


def serve(world, conn):
    with conn:
        try:
            while True:
                request = read_request(conn)
                if request is None:
                    return
                method, path, head, body = request
                if path.startswith("/_"):
                    answer(conn, 200, world.control(path, json.loads(body) if body else {}))
                    continue
                now = world.take_mode()
                note = {"serial": 0, "at": time.monotonic(), "method": method, "path": path, "head": head,
                        "body": body.decode("latin-1"), "mode": now["mode"], "status": 0, "code": 0}
                with world.lock:
                    note["serial"] = len(world.requests) + 1
                    world.requests.append(note)
                if now["mode"] == "die":
                    reset(conn)
                    return
                status, doc = judge(world, method, path, head, body) if now["mode"] in ("ok", "slow") else (200, {})
                note["id"] = (doc.get("messages") or [{}])[0].get("id") or doc.get("message_id", "")
                note["status"], note["code"] = status, doc.get("error", {}).get("code", 0)
                if misbehave(conn, now, status, doc):
                    return
        except (OSError, ValueError, KeyError):
            return


def listen(world, listener):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(world, conn), daemon=True).start()


def main():
    world = World(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=listen, args=(world, listener), daemon=True).start()
    print("port", listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
