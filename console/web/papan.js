"use strict";
/* Live: escalations as they come; figures and the list are fetched anew when something changed. */
(function () {
	var list = document.getElementById("eskalasi"), due = null;

	function refresh() {
		due = null;
		fetch(location.pathname + location.search, { credentials: "same-origin" }).then(function (r) {
			if (!r.ok)
				throw new Error(r.status);
			return r.text();
		}).then(function (html) {
			var doc = new DOMParser().parseFromString(html, "text/html");
			["angka", "kasus", "eskalasi", "oper", "jangkau", "lag"].forEach(function (id) {
				var now = document.getElementById(id), next = doc.getElementById(id);
				if (now && next)
					now.replaceChildren.apply(now, Array.prototype.slice.call(next.childNodes));
			});
		}).catch(function () {
			document.getElementById("lag").textContent = "Papan tidak tersambung; mencoba lagi…";
		});
	}

	function soon() {
		if (due === null)
			due = setTimeout(refresh, 300);
	}

	function start() {
		var source = new EventSource("/api/v1/events");
		["eskalasi", "kasus", "sistem", "reset"].forEach(function (name) {
			source.addEventListener(name, soon);
		});
		source.onerror = function () {
			document.getElementById("lag").textContent = "Papan tidak tersambung; mencoba lagi…";
		};
		source.onopen = soon;
	}

	if (window.EventSource && list)
		start();
	setInterval(soon, 20000);	/* minutes pass also when nothing happens */
})();
