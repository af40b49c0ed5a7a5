#!/usr/bin/env python3
"""A mail server that misbehaves on request.

smtp.py DIR: prints "ready PORT", serves until its input ends.  DIR/mode holds one word, or one list of
them, read at each connection:

  ok           takes everything              greylist:N   451 to the first N recipients
  rcpt550      refuses each recipient        greet554     554 instead of a greeting
  rcpt550=X    refuses recipients X@...      mix A B ...  the next of these at each connection
  greet421     421 and closes                auth535      refuses every log-in
  data451      451 after the final dot       cutdot:N     drops the first N connections after the dot
  hang         accepts and says nothing      cutdata:N    drops the first N in the middle of the letter
  VERB=CODE    answers that verb with it     junk:N       to the first N, lines of no dialogue and a code of none
  long:N       to the first N, a line of 10 MB

VERB is ehlo, auth, mail, rcpt, data, or dot: the end of the letter; what went before is answered well, and
a server that says 421 hangs up.  It never offers STARTTLS.

A letter counts as taken the moment its final dot is read: DIR/taken gets one line, its Message-ID,
before anything is answered.  DIR/sessions gets one line per connection.
"""
import os, socket, sys, threading, base64

DIR = sys.argv[1]
LOCK = threading.Lock()
USED = {}


def note(name, line):
    with LOCK, open(os.path.join(DIR, name), "a") as f:
        f.write(line + "\n")


def refuses(mode, line):
    """1 where the mode refuses the recipient of a RCPT."""
    word, _, name = mode.partition("=")
    return word == "rcpt550" and (not name or line.upper().startswith(f"RCPT TO:<{name.upper()}@"))


def at_verb(mode, verb):
    """The code with which the mode answers that verb; "" none of its own."""
    word, _, code = mode.partition("=")
    return code if word == verb else ""


def chosen():
    mode = open(os.path.join(DIR, "mode")).read().strip()
    if not mode.startswith("mix "):
        return mode
    with LOCK:
        USED[mode] = USED.get(mode, 0) + 1
        return mode.split(" ")[USED[mode] % (len(mode.split(" ")) - 1) + 1]


def spend(mode):
    """1 while a mode of the form word:N has some of its N left."""
    word, _, n = mode.partition(":")
    with LOCK:
        USED[mode] = USED.get(mode, 0) + 1
        return word if USED[mode] <= int(n) else "ok"


def serve(c):
    mode = chosen()
    note("sessions", mode)
    f = c.makefile("rwb")

    def say(line):
        f.write(line.encode() + b"\r\n")
        f.flush()

    if mode == "hang":
        f.read()
        return
    if mode in ("greet554", "greet421"):
        say("554 not today" if mode == "greet554" else "421 busy, come later")
        return
    if mode.startswith("junk") and spend(mode) == "junk":
        f.write(b"220-\xff\x00 no\r\n\r\n220-\r\n2x0 \r\n\r\n999 what\r\n")
        f.flush()
        f.read()
        return
    if mode.startswith("long") and spend(mode) == "long":
        f.write(b"220-" + b"x" * 10_000_000 + b"\r\n220 uji ESMTP\r\n")
        f.flush()
        f.read()
        return
    known, recipients = False, 0
    say("220 uji ESMTP")
    for raw in f:
        if not raw.endswith(b"\r\n"):
            note("violations", f"bare line end: {raw!r}")
        line = raw.decode("ascii", "replace").rstrip("\r\n")
        verb = line.split(" ")[0].upper()
        note("verbs", verb)
        own = at_verb(mode, verb.lower())
        if own and (verb != "DATA" or recipients):
            say(f"{own} as the test wished")
            if own == "421":
                return
        elif verb == "EHLO":
            say("250-uji")
            say("250 AUTH PLAIN")
        elif verb == "AUTH":
            given = base64.b64decode(line.split(" ")[2]).split(b"\0") if len(line.split(" ")) > 2 else []
            known = mode != "auth535" and given[1:] == [b"kentongan", b"rahasia-smtp"]
            say("235 ok" if known else "535 no")
        elif verb == "MAIL":
            recipients = 0
            say("250 ok" if known else "530 5.7.0 log in first")
        elif verb == "RCPT":
            answer = "550 5.1.1 nobody here" if refuses(mode, line) else "250 ok"
            if mode.startswith("greylist") and spend(mode) == "greylist":
                answer = "451 4.7.1 greylisted"
            recipients += answer.startswith("250")
            say(answer)
        elif verb == "DATA" and not recipients:
            say("503 5.5.1 no valid recipient")
        elif verb == "DATA":
            say("354 go on")
            head = {}
            cut = mode.startswith("cutdata") and spend(mode) == "cutdata"
            for raw in f:
                if cut:
                    return
                if not raw.endswith(b"\r\n"):
                    note("violations", f"bare line end: {raw!r}")
                if raw == b".\r\n":
                    break
                name, colon, value = raw.decode("ascii", "replace").partition(": ")
                if colon and name not in head:
                    head[name] = value.strip()
            own = "451" if mode == "data451" else at_verb(mode, "dot")
            if own:
                say(f"{own} 4.3.0 not this one")
                if own == "421":
                    return
                continue
            note("taken", head.get("Message-ID", head.get("Message-Id", "")))
            if mode.startswith("cutdot") and spend(mode) == "cutdot":
                return
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")


def one(c):
    with c:
        try:
            serve(c)
        except OSError:
            pass


s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(64)
print("ready", s.getsockname()[1], flush=True)


def accept():
    while True:
        c, _ = s.accept()
        threading.Thread(target=one, args=(c,), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
