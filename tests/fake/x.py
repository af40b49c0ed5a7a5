#!/usr/bin/env python3
"""A stand-in of X's API v2: posts in reply, direct messages, mentions.

Feed: {"mentions": [post, ...]}, oldest first; {"page": n} posts a page; {"remaining": n, "reset": s}
what the limit's headers say; {"gone": [post id]} posts that cannot be replied to;
{"errors": [...]} stands beside the data.
"""
import json, re, time
from urllib.parse import parse_qs

from sink import Refused, Sink, check_members

ID = re.compile(r"[0-9]{1,19}")


def problem(status, detail):
    return Refused(status, {"title": "Refused", "detail": detail, "type": "about:blank", "status": status})


class X(Sink):
    def __init__(self):
        super().__init__()
        self.mentions, self.page, self.limit, self.gone, self.errors = [], 5, [], set(), []
        self.posts, self.serials = [], 0

    def feed(self, doc):
        self.mentions += doc.get("mentions", [])
        self.page = doc.get("page", self.page)
        self.gone |= set(doc.get("gone", []))
        self.errors = doc.get("errors", self.errors)
        if "remaining" in doc:
            self.limit = [("x-rate-limit-limit", 300), ("x-rate-limit-remaining", doc["remaining"]),
                          ("x-rate-limit-reset", int(time.time()) + doc["reset"])]

    def limited(self, mode):
        return 429, {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank",
                     "status": 429}, [("x-rate-limit-limit", 300), ("x-rate-limit-remaining", 0),
                                      ("x-rate-limit-reset", int(time.time()) + mode.get("reset", 2))]

    def answer(self, method, path, query, headers, body):
        if headers.get("Authorization") != "Bearer " + self.args.token:
            raise Refused(401, {"title": "Unauthorized", "type": "about:blank", "status": 401,
                                "detail": "Unauthorized"})
        m = re.fullmatch(r"/2/users/(\d+)/mentions", path)
        if method == "GET" and m:
            return 200, self.list(parse_qs(query, strict_parsing=True)), self.limit
        if method != "POST" or headers.get("Content-Type") != "application/json":
            raise problem(404, "no such resource")
        try:
            doc = json.loads(body)
        except ValueError:
            raise problem(400, "the body is no JSON") from None
        if path == "/2/tweets":
            return 201, self.post(doc), self.limit
        m = re.fullmatch(r"/2/dm_conversations/with/(\d{1,19})/messages", path)
        if not m:
            raise problem(404, "no such resource")
        check_members(doc, {"text": str}, {}, lambda why: problem(400, why))
        if not 1 <= len(doc["text"]) <= 10000:
            raise problem(400, "text is empty or too long")
        return 201, {"data": {"dm_conversation_id": m[1] + "-1", "dm_event_id": self.serial_id()}}, self.limit

    def serial_id(self):
        with self.lock:
            self.serials += 1
            return str(1990000000000000000 + self.serials)

    def post(self, doc):
        check_members(doc, {"text": str, "reply": lambda r: isinstance(r, dict) and
                            set(r) == {"in_reply_to_tweet_id"} and isinstance(r["in_reply_to_tweet_id"], str)
                            and ID.fullmatch(r["in_reply_to_tweet_id"])}, {}, lambda why: problem(400, why))
        text = re.sub(r"https?://\S+", "u" * 23, doc["text"])
        weight = sum(1 if ord(c) <= 0x10FF or 0x2000 <= ord(c) <= 0x200D or 0x2010 <= ord(c) <= 0x201F or
                     0x2032 <= ord(c) <= 0x2037 else 2 for c in text)
        if not 1 <= weight <= 280:
            raise problem(400, "the text is empty or too long")
        if doc["reply"]["in_reply_to_tweet_id"] in self.gone:
            raise problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if doc["text"] in self.posts:
            raise problem(403, "You are not allowed to create a Tweet with duplicate content.")
        self.posts.append(doc["text"])
        return {"data": {"id": self.serial_id(), "text": doc["text"]}}

    def list(self, q):
        known = {"since_id", "start_time", "max_results", "pagination_token", "tweet.fields", "expansions", "user.fields",
                 "media.fields"}
        for name, values in q.items():
            if name not in known or len(values) != 1:
                raise problem(400, f"parameter {name}")
        if not 5 <= int(q.get("max_results", ["10"])[0]) <= 100:
            raise problem(400, "max_results must be 5 to 100")
        since = q.get("since_id", ["0"])[0]
        if not ID.fullmatch(since):
            raise problem(400, "since_id must be an id")
        with self.lock:
            posts = [p for p in reversed(self.mentions) if int(p["id"]) > int(since)]
        at = int(q.get("pagination_token", ["p0"])[0][1:])
        page = posts[at:at + self.page]
        meta = {"result_count": len(page)}
        out = {"meta": meta}
        if page:
            meta.update(newest_id=page[0]["id"], oldest_id=page[-1]["id"])
            out["data"] = page
            out["includes"] = {"users": [{"id": p["author_id"], "username": "u" + p["author_id"],
                                          "name": "Nama " + p["author_id"]} for p in page]}
        if at + self.page < len(posts):
            meta["next_token"] = f"p{at + self.page}"
        if self.errors:
            out["errors"] = self.errors
        return out


X().serve()
