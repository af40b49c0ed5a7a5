"use strict";
/*
 * An extra: without it the form sends a photo whole.  With it the photo goes in pieces (tus 1.0.0,
 * docs/protocol.md): after a break the server is asked how far it is, and the rest follows by itself.
 */
(function () {
	var form = document.getElementById("unggah");
	if (!form || !window.FileReader || !window.Blob || !Blob.prototype.slice || !Math.imul)
		return;
	var LEAST = 16384, MOST = 524288;		/* bytes of a piece; it grows while the line holds */
	var WAIT_LEAST = 1000, WAIT_MOST = 60000;	/* ms between tries */
	var PATIENCE = 60000;				/* ms that one piece may take */
	var QUICK = 3000;				/* ms: the next piece may be larger */
	var place = form.getAttribute("data-potongan"), key = "foto:" + form.getAttribute("data-kode");
	var input = document.getElementById("foto"), button = form.querySelector("button");
	var words = document.getElementById("unggah-kata"), bar = document.getElementById("unggah-batang");
	var file, print, id, offset, size, wait, timer, next_try;

	function place_of(upload) {
		return place.replace("?", "/" + upload + "?");
	}

	/* ---- what is remembered: which upload, and of which bytes; not what they show ---- */

	function remember() {
		try {
			localStorage.setItem(key, JSON.stringify({ id: id, cap: print }));
		} catch (e) { /* then a reload begins anew */ }
	}
	function forget() {
		try {
			localStorage.removeItem(key);
		} catch (e) { /* it was not there */ }
	}
	function remembered() {
		try {
			return JSON.parse(localStorage.getItem(key));
		} catch (e) {
			return null;
		}
	}

	/* 53 bits over all bytes (cyrb53): whether the photo that is chosen again is the same. */
	function print_of(bytes) {
		var a = 0xdeadbeef, b = 0x41c6ce57;
		for (var i = 0; i < bytes.length; i++) {
			a = Math.imul(a ^ bytes[i], 2654435761);
			b = Math.imul(b ^ bytes[i], 1597334677);
		}
		a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
		b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
		return bytes.length + "-" + (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
	}

	/* ---- what the page says ---- */

	function say(what, number) {
		var text = form.getAttribute("data-" + what).replace("#", number);
		if (words.textContent !== text)
			words.textContent = text;
	}
	function show(sent, of) {
		bar.hidden = false;
		bar.value = Math.floor(100 * sent / of);
		/* Whoever hears it read aloud hears it ten times, not a thousand. */
		say("maju", 10 * Math.floor(10 * sent / of));
	}
	function rest(busy) {
		button.disabled = input.disabled = busy;
	}
	function end(what) {
		forget();
		rest(false);
		bar.hidden = true;
		say(what, "");
	}
	/* The server will not have it so: as a form, then, as without this script. */
	function whole() {
		forget();
		input.disabled = false;
		form.submit();
	}

	/* ---- the line ---- */

	function again(step) {
		var ms = wait * (0.75 + Math.random() / 2);
		size = Math.max(LEAST, size / 2);
		wait = Math.min(WAIT_MOST, wait * 2);
		next_try = step;
		say("putus", Math.ceil(ms / 1000));
		timer = setTimeout(step, ms);
	}
	window.addEventListener("online", function () {
		if (!next_try)
			return;
		clearTimeout(timer);
		next_try();
	});

	function ask(method, path, headers, body, on) {
		var x = new XMLHttpRequest();
		next_try = null;
		x.open(method, path);
		x.timeout = PATIENCE;
		x.setRequestHeader("Tus-Resumable", "1.0.0");
		for (var h in headers)
			x.setRequestHeader(h, headers[h]);
		x.onloadend = function () { on(x.status, x); };	/* 0: it broke */
		x.send(body);
		return x;
	}

	/* Not one of "later": slow, busy, or too many from this network, which is many people's. */
	function is_final(status) {
		return status >= 400 && status < 500 && status !== 408 && status !== 423 && status !== 429;
	}

	function begin() {
		ask("POST", place, { "Upload-Length": String(file.size) }, null, function (status, x) {
			if (status === 201) {
				id = x.getResponseHeader("Location").split("?")[0].split("/").pop();
				offset = 0;
				remember();
				send();
			} else if (is_final(status)) {
				whole();
			} else {
				again(begin);
			}
		});
	}

	function look() {
		ask("HEAD", place_of(id), {}, null, function (status, x) {
			if (status === 200) {
				offset = Number(x.getResponseHeader("Upload-Offset"));
				send();
			} else if (status === 404 || status === 410) {
				begin();
			} else if (status === 403 || status === 412) {
				whole();
			} else {
				again(look);
			}
		});
	}

	function send() {
		var since = Date.now(), from = offset, x;
		if (offset >= file.size) {
			input.value = "";
			end("sampai");
			return;
		}
		show(offset, file.size);
		x = ask("PATCH", place_of(id), { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
			file.slice(offset, offset + size), function (status, answer) {
				var kept = Number(answer.getResponseHeader("Upload-Offset"));
				if (status === 204 && kept > from) {
					offset = kept;
					wait = WAIT_LEAST;
					if (Date.now() - since < QUICK)
						size = Math.min(MOST, size * 2);
					send();
				} else if (status === 409) {
					look();
				} else if (status === 404 || status === 410) {
					begin();
				} else if (status === 415) {
					end("tolak");
				} else if (is_final(status)) {
					whole();
				} else {
					again(look);
				}
			});
		x.upload.onprogress = function (e) {
			show(from + Math.min(e.loaded, file.size - from), file.size);
		};
	}

	/* ---- beginning ---- */

	form.addEventListener("submit", function (e) {
		var reader = new FileReader(), before = remembered();
		file = input.files[0];
		if (!file)
			return;
		e.preventDefault();
		if (file.size > Number(form.getAttribute("data-batas"))) {
			say("besar", "");
			return;
		}
		rest(true);
		show(0, file.size);
		words.scrollIntoView({ block: "nearest" });
		size = 4 * LEAST;
		wait = WAIT_LEAST;
		reader.onerror = whole;
		reader.onload = function () {
			print = print_of(new Uint8Array(reader.result));
			if (before && before.cap === print) {
				id = before.id;
				look();
				return;
			}
			if (before)	/* another photo: nobody goes on with that one */
				ask("DELETE", place_of(before.id), {}, null, function () {});
			begin();
		};
		reader.readAsArrayBuffer(file);
	});

	/* The page was left before the end: the browser does not hand us the file again by itself. */
	(function () {
		var before = remembered();
		if (!before)
			return;
		ask("HEAD", place_of(before.id), {}, null, function (status, x) {
			var sent = Number(x.getResponseHeader("Upload-Offset")), of = Number(x.getResponseHeader("Upload-Length"));
			if (status === 404 || status === 410 || (status === 200 && sent >= of)) {
				/* unless the next photo has begun meanwhile */
				if ((remembered() || {}).id === before.id)
					forget();
			} else if (status === 200 && !file)
				say("lanjut", Math.floor(100 * sent / of));
		});
	})();
})();
