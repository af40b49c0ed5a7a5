#!/usr/bin/env python3
"""A stand-in of the Telegram Bot API: sendMessage, deleteMessage, answerCallbackQuery, getUpdates.

Feed: {"updates": [...]} for getUpdates; {"webhook": true} makes that a conflict; {"blocked": [chat]}
and {"unknown": [chat]} are chats that cannot be written to; {"moved": {"chat": chat}} groups that have another id now.
"""
import json, re, time
from urllib.parse import parse_qs

from sink import Refused, Sink, check_members


def bad(description, code=400):
    return Refused(code, {"ok": False, "error_code": code, "description": description})


def is_button(b):
    if not isinstance(b, dict) or not isinstance(b.get("text"), str) or not b["text"]:
        return False
    if set(b) == {"text", "callback_data"}:
        return isinstance(b["callback_data"], str) and 1 <= len(b["callback_data"].encode()) <= 64
    return set(b) == {"text", "request_location"} and b["request_location"] is True


def is_markup(m):
    if not isinstance(m, dict):
        return False
    rows = m.get("inline_keyboard", m.get("keyboard"))
    inline = "inline_keyboard" in m
    allowed = {"inline_keyboard"} if inline else {"keyboard", "resize_keyboard", "one_time_keyboard"}
    return (set(m) <= allowed and isinstance(rows, list) and
            all(isinstance(r, list) and r and all(is_button(b) and ("callback_data" in b) == inline for b in r)
                for r in rows))


class Telegram(Sink):
    def __init__(self):
        super().__init__()
        self.updates, self.webhook, self.blocked, self.unknown = [], False, set(), set()
        self.sent, self.polling, self.moved = 0, 0, {}
        self.there = {}         # message -> chat

    def feed(self, doc):
        self.updates += doc.get("updates", [])
        self.webhook = doc.get("webhook", self.webhook)
        self.blocked |= set(doc.get("blocked", []))
        self.unknown |= set(doc.get("unknown", []))
        self.moved.update(doc.get("moved", {}))

    def limited(self, mode):
        wait = mode.get("retry_after", 1)
        return 429, {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {wait}",
                     "parameters": {"retry_after": wait}}, ()

    def answer(self, method, path, query, headers, body):
        m = re.fullmatch(r"/bot([^/]+)/(\w+)", path)
        if not m:
            raise bad("Not Found", 404)
        if m[1] != self.args.token:
            raise bad("Unauthorized", 401)
        call = {"sendMessage": self.send, "answerCallbackQuery": self.tap, "getUpdates": self.get,
                "deleteMessage": self.delete}.get(m[2])
        if call is None:
            raise bad("Not Found: method not found", 404)
        if method == "POST":
            if headers.get("Content-Type") != "application/json":
                raise bad("Bad Request: can't parse the body")
            try:
                doc = json.loads(body)
            except ValueError:
                raise bad("Bad Request: can't parse JSON") from None
        else:
            doc = {k: json.loads(v[-1]) for k, v in parse_qs(query).items()}
        return 200, {"ok": True, "result": call(doc)}, ()

    def send(self, doc):
        check_members(doc, {"chat_id": int, "text": str},
                      {"link_preview_options": lambda o: o == {"is_disabled": True},
                       "reply_parameters": lambda o: isinstance(o, dict) and isinstance(o.get("message_id"), int)
                       and set(o) <= {"message_id", "allow_sending_without_reply"},
                       "reply_markup": is_markup}, lambda why: bad("Bad Request: " + why))
        units = len(doc["text"].encode("utf-16-le")) // 2
        if not 1 <= units <= 4096:
            raise bad("Bad Request: message is too long" if units else "Bad Request: message text is empty")
        if "keyboard" in doc.get("reply_markup", {}) and doc["chat_id"] < 0:
            raise bad("Bad Request: location can be requested in private chats only")
        if doc["chat_id"] in self.blocked:
            raise bad("Forbidden: bot was blocked by the user", 403)
        if str(doc["chat_id"]) in self.moved:
            raise Refused(400, {"ok": False, "error_code": 400,
                                "description": "Bad Request: group chat was upgraded to a supergroup chat",
                                "parameters": {"migrate_to_chat_id": self.moved[str(doc["chat_id"])]}})
        if doc["chat_id"] in self.unknown:
            raise bad("Bad Request: chat not found")
        with self.lock:
            self.sent += 1
            self.there[self.sent] = doc["chat_id"]
            return {"message_id": self.sent, "chat": {"id": doc["chat_id"]}, "text": doc["text"],
                    "date": int(time.time())}

    def delete(self, doc):
        check_members(doc, {"chat_id": int, "message_id": int}, {}, lambda why: bad("Bad Request: " + why))
        with self.lock:
            if self.there.get(doc["message_id"]) != doc["chat_id"]:
                raise bad("Bad Request: message to delete not found")
            del self.there[doc["message_id"]]
        return True

    def tap(self, doc):
        check_members(doc, {"callback_query_id": str}, {"text": lambda t: isinstance(t, str) and len(t) <= 200},
                      lambda why: bad("Bad Request: " + why))
        return True

    def get(self, doc):
        check_members(doc, {}, {"offset": int, "limit": lambda n: isinstance(n, int) and 1 <= n <= 100,
                                "timeout": lambda n: isinstance(n, int) and 0 <= n <= 50,
                                "allowed_updates": lambda a: isinstance(a, list)
                                and all(isinstance(s, str) for s in a)},
                      lambda why: bad("Bad Request: " + why))
        with self.news:
            if self.webhook:
                raise bad("Conflict: can't use getUpdates method while webhook is active", 409)
            if self.polling:
                raise bad("Conflict: terminated by other getUpdates request", 409)
            self.polling += 1
            try:
                offset = doc.get("offset", 0)
                self.updates = [u for u in self.updates if u["update_id"] >= offset]
                # A short wait stands for the long one: a test must not hang on it.
                self.news.wait_for(lambda: self.updates, min(doc.get("timeout", 0), 0.3))
                return self.updates[:doc.get("limit", 100)]
            finally:
                self.polling -= 1


Telegram().serve()
