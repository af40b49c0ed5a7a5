#!/usr/bin/env python3
"""A stand-in of BMKG's public data: the latest earthquake, those that were felt, a list of alerts and the alerts.

Feed: {"quake": {...} or null} and {"felt": [...]} as Infogempa.gempa; {"alerts": {"name": "<alert .../>"}} adds to
the list, {"gone": ["name"]} are named by it and not there; {"foreign": "url"} is one more address in it;
{"raw": {"path": "text"}} is served there as it stands, null serves the usual again; {"validators": false}: no ETag
and no Last-Modified, each question is answered whole.

Strict: GET alone, no query, our User-Agent, an Accept; validators are those that were given out for that very address.
"""
import hashlib, json
from email.utils import formatdate
from xml.sax.saxutils import escape

from sink import Refused, Sink

QUAKE, FELT, LIST = "/DataMKG/TEWS/autogempa.json", "/DataMKG/TEWS/gempadirasakan.json", "/alerts/nowcast/id"


class Bmkg(Sink):
    def __init__(self):
        super().__init__()
        self.quake, self.felt, self.alerts, self.gone, self.foreign = None, [], {}, [], []
        self.raw, self.validators = {}, True
        self.given = {}         # address -> validators that were sent with it

    def feed(self, doc):
        self.quake = doc.get("quake", self.quake)
        self.felt = doc.get("felt", self.felt)
        self.alerts.update(doc.get("alerts", {}))
        self.gone += doc.get("gone", [])
        self.foreign += [doc["foreign"]] if "foreign" in doc else []
        self.raw.update(doc.get("raw", {}))
        self.validators = doc.get("validators", self.validators)

    def limited(self, mode):
        return 429, {"error": "terlalu sering"}, [("Retry-After", mode.get("retry_after", 1))]

    def items(self, host):
        links = [f"http://{host}{LIST}/{name}_alert.xml" for name in [*self.alerts, *self.gone]] + self.foreign
        return "".join(f"<item><title>Peringatan</title><link>{escape(link)}</link></item>" for link in links)

    def document(self, path, host):
        if self.raw.get(path) is not None:
            return self.raw[path]
        if path == QUAKE:
            quake = self.quake or {"DateTime": "2020-01-01T00:00:00+00:00", "Coordinates": "0,0", "Magnitude": "5.0",
                                   "Kedalaman": "10 km", "Wilayah": "Lama", "Potensi": "", "Dirasakan": ""}
            return json.dumps({"Infogempa": {"gempa": quake}})
        if path == FELT:
            lama = {"DateTime": "2020-01-01T00:00:00+00:00", "Coordinates": "0,0", "Magnitude": "5.0",
                    "Kedalaman": "10 km", "Wilayah": "Lama", "Dirasakan": ""}
            return json.dumps({"Infogempa": {"gempa": self.felt + [lama]}})
        if path == LIST:
            return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Peringatan Dini Cuaca</title>'
                    f"<link>https://www.bmkg.go.id</link>{self.items(host)}</channel></rss>")
        name = path.removeprefix(LIST + "/").removesuffix("_alert.xml")
        if name not in self.alerts or path != f"{LIST}/{name}_alert.xml":
            raise Refused(404, {"error": "tidak ada"})
        return self.alerts[name]

    def answer(self, method, path, query, headers, body):
        if method != "GET" or query or body:
            raise Refused(400, {"error": "only GET, nothing else"})
        if not (headers.get("User-Agent") or "").startswith("kentongan/"):
            raise Refused(403, {"error": "say who you are"})
        if not headers.get("Accept"):
            raise Refused(406, {"error": "say what you read"})
        with self.lock:
            data = self.document(path, headers.get("Host")).encode()
            if not self.validators:
                return 200, data, ()
            etag = '"' + hashlib.sha256(data).hexdigest()[:16] + '"'
            given = self.given.setdefault(path, {})
            asked, since = headers.get("If-None-Match"), headers.get("If-Modified-Since")
            if (asked is not None or since is not None) and given.get(asked) != since:
                raise Refused(400, {"error": f"{asked} and {since} were never given out together for {path}"})
            if asked == etag:
                return 304, b"", [("ETag", etag)]
            given[etag] = formatdate(1795300000 + len(given), usegmt=True)
            return 200, data, [("ETag", etag), ("Last-Modified", given[etag])]


Bmkg().serve()
