"use strict";
/* Live: when something changed, the page is fetched anew and its parts are put in place. */
(function () {
	var parts = ["lag", "peringatan", "angka", "lewat", "peta", "eskalasi", "kurva", "kejadian", "oper"];
	var state = document.getElementById("sambung"), due = null, asked = 0, since = {};
	var NEW = 15000;	/* ms that an escalation is marked as new */
	var GAP = 700;		/* ms between two fetches: a flood of entries is one */

	function say(words, broken) {
		state.textContent = words;
		state.className = broken ? "putus" : "";
	}

	function lost() {
		say(state.getAttribute("data-putus"), true);
	}

	function seq(li) {
		return Number(li.getAttribute("data-catatan")) || 0;
	}

	/* What came lately stands out for a while, also when the list is put in place again. */
	function mark(first) {
		var now = Date.now();
		document.querySelectorAll("#eskalasi li").forEach(function (li) {
			var n = seq(li);
			if (since[n] === undefined)
				since[n] = first ? 0 : now;
			if (now - since[n] < NEW)
				li.className = "baru";
		});
	}

	/* What somebody unfolded stays so. */
	function keepOpen(now, next) {
		var new_ones = next.querySelectorAll("details");
		now.querySelectorAll("details").forEach(function (d, i) {
			if (d.open && new_ones[i])
				new_ones[i].open = true;
		});
	}

	function refresh() {
		due = null;
		asked = Date.now();
		fetch("/papan", { credentials: "same-origin" }).then(function (r) {
			if (r.redirected)
				location.reload();	/* to the door */
			if (!r.ok)
				throw new Error(r.status);
			return r.text();
		}).then(function (html) {
			var doc = new DOMParser().parseFromString(html, "text/html");
			parts.forEach(function (id) {
				var now = document.getElementById(id), next = doc.getElementById(id);
				if (!now || !next || now.innerHTML === next.innerHTML || now.querySelector(":focus-visible"))
					return;
				keepOpen(now, next);
				now.replaceChildren.apply(now, Array.prototype.slice.call(next.childNodes));
			});
			mark(false);
			say(state.getAttribute("data-langsung"), false);
		}).catch(lost);
	}

	function soon() {
		if (due === null)
			due = setTimeout(refresh, Math.max(50, asked + GAP - Date.now()));
	}

	mark(true);
	if (window.EventSource) {
		var source = new EventSource("/api/v1/events");
		["eskalasi", "kasus", "sistem", "peringatan", "reset"].forEach(function (name) {
			source.addEventListener(name, soon);
		});
		source.onerror = lost;
		source.onopen = soon;
	}
	setInterval(soon, 20000);	/* minutes pass also when nothing happens */
})();
