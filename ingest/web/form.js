"use strict";
/* An extra: without it the form works all the same. */
(function () {
	var button = document.getElementById("posisi"), say = document.getElementById("posisi-kata");
	if (!button || !navigator.geolocation)
		return;
	button.hidden = false;
	button.addEventListener("click", function () {
		say.textContent = "Mencari posisi…";
		navigator.geolocation.getCurrentPosition(function (p) {
			document.getElementById("lat").value = p.coords.latitude.toFixed(6);
			document.getElementById("lon").value = p.coords.longitude.toFixed(6);
			say.textContent = "Posisi disertakan (kira-kira " + Math.round(p.coords.accuracy) + " m).";
		}, function () {
			say.textContent = "Posisi tidak didapat; tulis tempatnya saja.";
		}, { timeout: 15000, maximumAge: 60000 });
	});
})();
