#!/usr/bin/env python3
"""Every word of a page and of a refusal has its second language: code, pages and the tables of words*.c hold together."""
import glob, re, sys

#: folder -> the functions that say words, and which argument they say (None: all); what else may be said is given as data.
SAYS = {"ingest": {"reader_say": None, "http_answer_problem": 3, "answer_refused": 2, "way_refuse": 4},
        "console": {"words_say": None, "http_answer_problem": 3},
        "lib": {"http_answer_problem": 3, "http_guard_refuse": 2, "bad": 1, "refuse_with": 2}}
TEXT = r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*'


def text_of(literal):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal)).replace('\\"', '"')


def said_in(daemon):
    """Words between [[ and ]] of pages, and the lines of literals in a call that says them or marked SAID()."""
    words = {}
    for path in sorted(glob.glob(f"{daemon}/web/*.html")):
        for word in re.findall(r"\[\[(.*?)\]\]", open(path).read(), re.S):
            words[word] = path
    for path in sorted(glob.glob(f"{daemon}/*.c")):
        if re.search(r"/words\w*\.c$", path):
            continue
        source = open(path).read()
        for word in re.findall(r"\[\[(.*?)\]\]", re.sub(r'"\s*\n\s*"', "", source)) if daemon != "lib" else ():	# no pages
            words[word.replace('\\"', '"')] = path
        for call in re.finditer(r"\b(%s|SAID)\(" % "|".join(SAYS[daemon]), source):
            wanted = SAYS[daemon].get(call.group(1))
            depth, argument, at = 1, 0, call.end()
            while depth:
                literal = re.compile(TEXT).match(source, at)
                if literal:
                    if wanted in (None, argument):
                        words.update((line, path) for line in text_of(literal.group()).split("\\n") if line)
                    at = literal.end()
                    continue
                depth += {"(": 1, ")": -1}.get(source[at], 0)
                argument += source[at] == "," and depth == 1
                at += 1
    return words


def main():
    bad = 0
    for daemon in SAYS:
        tables = "".join(open(path).read() for path in sorted(glob.glob(f"{daemon}/words*.c")) + ["core/category_words.c"])
        table = [text_of(m) for m in re.findall(r"\{\s*(%s),\s*%s\s*\}" % (TEXT, TEXT), tables)]
        #: names that come from data: categories, states
        data = set(re.findall(r'ringkas: "(.*?)"', open("conf/kategori.yaml").read()))
        data |= set(re.findall(r'\{ CASE_\w+,\s*"(.*?)"', open("core/message.c").read())) | {"biasa", "mendesak", "darurat"}
        data |= {"ditutup, belum dikonfirmasi", "dicabut", "ditolak", "latihan usai"}
        refusals = set(re.findall(r'\[REFUSED_\w+\] = "(.+?)"', open("core/decide.c").read()))
        refusals |= set(re.findall(r'\[BROADCAST_[A-Z_]+\] = "(\w+ .+?)"', open("core/broadcast.c").read()))
        for path in ("store/apply.c", "store/broadcast.c", "store/incident.c", "core/correct.c", "core/place.c"):
            for given in re.findall(r"(?:return|why =|wrong =)((?:[^;\"]|%s)*);" % TEXT, open(path).read()):
                refusals |= {word for word in re.findall(r'"(\w+ .+?)"', given)}
        data |= refusals
        data |= set(re.findall(r'\[(?:TRUTH|QUESTION|BROADCAST|BY)_\w+\] = "(.*?)"', "".join(
            open(f"core/{of}.c").read() for of in ("incident", "case", "broadcast", "decide"))))
        data |= set(re.findall(r'\{nama: (\w+), kategori: [^}]*\bjendela:', open("conf/sla.yaml").read()))	# incidents
        calendar = open("core/calendar.c").read()		# short units and months
        data |= set(re.findall(r'\{ (?:\w+_MS|1000), "(\w+)"', calendar)) | set(re.findall(r'"([A-Z][a-z]{2})"', calendar))
        data |= set(re.findall(r'\[WINDOW_\w+\] = "(.*?)"', open("core/window.c").read()))
        said = said_in(daemon)
        for word in said:
            if word not in table and not re.fullmatch(r"(%s|\{\w+\})?", word):	# filled in: said elsewhere
                print(f'{said[word]}: "{word}" has no row in {daemon}/words*.c')
                bad = 1
        for word in refusals if daemon == "console" else ():
            if word not in table:
                print(f'core and store: "{word}" has no row in {daemon}/words*.c')
                bad = 1
        for word in table:
            if word not in said and word not in data:
                print(f'{daemon}/words*.c: "{word}" is said nowhere')
                bad = 1
            if table.count(word) > 1:
                print(f'{daemon}/words*.c: "{word}" stands twice')
                bad = 1
    return bad


sys.exit(main())
