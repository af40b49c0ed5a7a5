#!/usr/bin/env python3
"""A stand-in of Kannel's smsbox where the real one cannot be made to fail: sendsms by GET.

Feed: {"barred": ["+62..."]} are numbers that it refuses, "allowed" those that it takes again; modes as in sink.py, with the words that
smsbox says.  --token is the password of the sendsms-user "kentongan".
"""
import re
from urllib.parse import parse_qsl

from sink import Refused, Sink

KNOWN = {"username", "password", "from", "to", "smsc", "priority", "dlr-mask", "dlr-url", "coding", "charset", "text"}
BACK = re.compile(r"http://[^/]+/hook/dlr/kannel\?id=[^&]+&t=[0-9a-f]{16}&d=%d")


def refuse(status, words):
    return Refused(status, words.encode())


class Kannel(Sink):
    def __init__(self):
        super().__init__()
        self.barred = set()

    def feed(self, doc):
        self.barred |= set(doc.get("barred", []))
        self.barred -= set(doc.get("allowed", []))

    def limited(self, mode):
        return 429, b"Too many requests", (("Retry-After", mode.get("retry_after", 1)),)

    def answer(self, method, path, query, headers, body):
        if path != "/cgi-bin/sendsms":
            raise refuse(404, "Unknown request.")
        if method != "GET" or body:
            raise refuse(400, "Invalid content-type")
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, encoding="latin-1")
        p = dict(pairs)
        if len(p) != len(pairs) or not set(p) <= KNOWN:
            raise refuse(400, f"what is {set(p) - KNOWN or 'said twice'}")
        if p.get("username") != "kentongan" or p.get("password") != self.args.token:
            raise refuse(403, "Authorization failed for sendsms")
        if not re.fullmatch(r"\+[0-9]{5,15}", p.get("to", "")) or p["to"] in self.barred:
            raise refuse(400, "Number(s) has/have been denied by white- and/or black-lists.")
        # The real one takes these and does something else: here they are mistakes of ours.
        if not p.get("text") or not p.get("from") or p.get("priority", "3") != "3":
            raise refuse(400, "an empty text, no sender, or a priority of nobody")
        if (p.get("coding"), p.get("charset")) not in (("0", "UTF-8"), ("2", None)):
            raise refuse(400, "Charset or body misformed, rejected")
        if p.get("dlr-mask") != "19" or not BACK.fullmatch(p.get("dlr-url", "")):
            raise refuse(400, "receipts are not asked for as they should be")
        return 202, b"0: Accepted for delivery", ()


Kannel().serve()
