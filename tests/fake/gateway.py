#!/usr/bin/env python3
"""A stand-in of two SMS gateways that are no Kannel, one of forms and one of JSON.

POST /kirim         form userkey, passkey, to (08...), message; answers {"status": "1"} or, still with 200, "0" and a text
POST /v1/messages   JSON {"to": "+62...", "body", "ref"}, Authorization: Bearer; 201 {"sid"}; 400 {"code": 21211} for a barred number

Feed: {"barred": ["+62..."]} are numbers that it refuses, {"broke": true} when the credit is used up.
--token is the pass key and the bearer token.
"""
import json, re
from urllib.parse import parse_qsl

from sink import Refused, Sink


class Gateway(Sink):
    def __init__(self):
        super().__init__()
        self.barred, self.broke, self.taken = set(), False, 0

    def feed(self, doc):
        self.barred |= set(doc.get("barred", []))
        self.broke = doc.get("broke", self.broke)

    def limited(self, mode):
        return 429, {"code": 20429}, [("Retry-After", mode.get("retry_after", 1))]

    def answer(self, method, path, query, headers, body):
        kinds = {"/kirim": self.form, "/v1/messages": self.document}
        if method != "POST" or query or path not in kinds:
            raise Refused(404, {"code": 20404})
        return kinds[path](headers, body)

    def form(self, headers, body):
        if headers.get("Content-Type") != "application/x-www-form-urlencoded":
            raise Refused(415, {"status": "0", "text": "type"})
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        p = dict(pairs)
        if len(p) != len(pairs) or set(p) != {"userkey", "passkey", "to", "message"}:
            return 200, {"status": "5", "text": f"fields {sorted(p)}"}, ()
        if (p["userkey"], p["passkey"]) != ("kab", self.args.token):
            return 200, {"status": "5", "text": "Wrong userkey or passkey"}, ()
        if not re.fullmatch(r"08[0-9]{8,11}", p["to"]) or "+62" + p["to"][1:] in self.barred:
            return 200, {"status": "2", "text": "Invalid number"}, ()
        if self.broke:
            return 200, {"status": "4", "text": "Insufficient credit"}, ()
        if not p["message"]:
            return 200, {"status": "2", "text": "Empty"}, ()
        with self.lock:
            self.taken += 1
            return 200, {"messageId": str(self.taken), "to": p["to"], "status": "1", "text": "Success"}, ()

    def document(self, headers, body):
        if headers.get("Authorization") != "Bearer " + self.args.token:
            raise Refused(401, {"code": 20003})
        if headers.get("Content-Type") != "application/json":
            raise Refused(415, {"code": 20415})
        try:
            doc = json.loads(body)
        except ValueError:
            raise Refused(400, {"code": 20001}) from None
        if set(doc) != {"to", "body", "ref"} or not all(isinstance(v, str) and v for v in doc.values()):
            raise Refused(400, {"code": 21602})
        if self.broke:
            raise Refused(402, {"code": 20402})
        if not re.fullmatch(r"\+[0-9]{8,15}", doc["to"]) or doc["to"] in self.barred:
            raise Refused(400, {"code": 21211})
        with self.lock:
            self.taken += 1
            return 201, {"sid": f"SM{self.taken}"}, ()


Gateway().serve()
