#!/usr/bin/env python3
"""A stand-in of an SMS gateway that is asked: {"data": {"items": [...]}} after an id.

Feed: {"items": [{"msgid", "msisdn", "body", "at"}, ...]}; {"page": n} messages an answer.
"""
from urllib.parse import parse_qs

from sink import Refused, Sink


class Inbox(Sink):
    def __init__(self):
        super().__init__()
        self.items, self.page = [], 3

    def feed(self, doc):
        self.items += doc.get("items", [])
        self.page = doc.get("page", self.page)

    def limited(self, mode):
        return 429, {"error": "slow down"}, [("Retry-After", mode.get("retry_after", 1))]

    def answer(self, method, path, query, headers, body):
        q = parse_qs(query, keep_blank_values=True)
        if method != "GET" or path != "/inbox" or set(q) - {"key", "since"} or q.get("key") != ["rahasia"]:
            raise Refused(400, {"error": "unknown call"})
        if headers.get("Authorization") != "Bearer " + self.args.token:
            raise Refused(401, {"error": "token"})
        since = q.get("since", [""])[0]
        with self.lock:
            ids = [str(m.get("msgid")) for m in self.items]
            at = ids.index(since) + 1 if since in ids else 0
            return 200, {"data": {"items": self.items[at:at + self.page]}}, ()


Inbox().serve()
