// One key per act; without this script the same buttons and links are there.
(function () {
  'use strict';
  function press(el) {
    if (el.tagName === 'SUMMARY') {
      el.parentNode.open = true;
      el = el.parentNode.querySelector('textarea, input:not([type=hidden])') || el;
    }
    if (/^(INPUT|SELECT|TEXTAREA|SUMMARY)$/.test(el.tagName)) {
      el.focus();
      if (el.select) el.select();
    } else {
      el.click();
    }
  }
  document.addEventListener('keydown', function (e) {
    var at = e.target, typing = /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== 'checkbox';
    if (e.key === 'Escape' && typing) { at.blur(); return; }
    if (e.key === 'Enter' && e.ctrlKey && at.form) { at.form.requestSubmit(); e.preventDefault(); return; }
    if (typing || e.ctrlKey || e.altKey || e.metaKey || e.repeat) return;
    var all = document.querySelectorAll('[data-tombol]');
    for (var i = 0; i < all.length; i++)
      if (all[i].getAttribute('data-tombol') === e.key.toLowerCase()) { e.preventDefault(); press(all[i]); return; }
  });
  // A list of what waits reads itself again, unless somebody is about to choose from it.
  var list = document.querySelector('[data-segar]');
  if (list)
    setInterval(function () {
      if (!document.hidden && !list.contains(document.activeElement)) location.replace('/triase');
    }, 1000 * list.getAttribute('data-segar'));
  // An act is sent once, however often its button is pressed.
  document.addEventListener('submit', function (e) {
    if (e.target.method !== 'post') return;
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    e.target.dataset.sent = '1';
  });
  window.addEventListener('pageshow', function () {
    var all = document.querySelectorAll('form[data-sent]');
    for (var i = 0; i < all.length; i++) delete all[i].dataset.sent;
  });
})();
