// Working pages: keys for decisions, the list of chosen files. Every page works without this file.
(function () {
  "use strict";

  var root = document.documentElement;
  var KEYS_OFF = "whatworks.keys-off";
  var busy = false;
  root.classList.add("wk-js");

  // Told to whoever listens as well: keys count again when the next pair is in place and its form is
  // wired, a moment after the pair can be seen.
  function setBusy(on) {
    var pair = document.getElementById("pair");
    busy = on;
    if (!pair) return;
    if (on) pair.setAttribute("aria-busy", "true");
    else pair.removeAttribute("aria-busy");
  }

  function remembered(name) {
    try {
      return window.localStorage.getItem(name);
    } catch (error) {
      return null; // a browser may forbid it
    }
  }

  function remember(name, value) {
    try {
      if (value === null) window.localStorage.removeItem(name);
      else window.localStorage.setItem(name, value);
    } catch (error) {
      return;
    }
  }

  function showKeys() {
    var on = remembered(KEYS_OFF) === null;
    root.classList.toggle("wk-keys-on", on);
    document.querySelectorAll("[data-switch-keys]").forEach(function (button) {
      button.textContent = on ? "Turn keys off" : "Turn keys on";
    });
    document.querySelectorAll("[data-key]").forEach(function (button) {
      if (on) button.setAttribute("aria-keyshortcuts", button.getAttribute("data-key").toUpperCase().replace("SPACE", "Space"));
      else button.removeAttribute("aria-keyshortcuts");
    });
  }

  function say(words) {
    var status = document.getElementById("status");
    if (status) status.textContent = words;
  }

  // One key, one decision: off in text fields, with Ctrl, Alt or Meta, while a key is held down, and
  // while the last decision is being saved.
  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || busy) return;
    if (!root.classList.contains("wk-keys-on")) return;
    var at = event.target;
    if (at.closest && at.closest("input:not([type=hidden]), textarea, select, [contenteditable]")) return;
    var key = event.key === " " ? "Space" : event.key.toLowerCase();
    // The space bar presses what has the focus.
    if (key === "Space" && at.closest && at.closest("a, button, summary")) return;
    var found = Array.prototype.find.call(document.querySelectorAll("[data-key]"), function (button) {
      return button.getAttribute("data-key").split(" ").indexOf(key) >= 0;
    });
    if (!found || found.disabled) return;
    event.preventDefault();
    found.click();
  }

  function fromDecision(event) {
    return event.target.closest && event.target.closest("[data-decide]");
  }

  function size(bytes) {
    return bytes >= 1e6 ? Math.round(bytes / 1e6).toLocaleString("en-GB") + " MB" : Math.max(1, Math.round(bytes / 1e3)) + " kB";
  }

  // Names and sizes of the files chosen; too many bytes are refused before they are sent.
  function listFiles(form) {
    var input = form.querySelector("input[type=file]");
    var place = form.querySelector("[data-chosen]");
    var files = Array.prototype.slice.call(input.files);
    var total = files.reduce(function (sum, file) { return sum + file.size; }, 0);
    place.textContent = "";
    if (!files.length) return true;
    var fits = total <= Number(form.getAttribute("data-limit"));
    var head = document.createElement("p");
    head.textContent = files.length + (files.length === 1 ? " file, " : " files, ") + size(total);
    if (!fits) {
      head.className = "govuk-error-message";
      head.textContent += ": more than " + form.getAttribute("data-limit-words") + " together. Choose fewer at a time.";
    }
    var list = document.createElement("ul");
    files.forEach(function (file) {
      var line = document.createElement("li");
      line.textContent = file.name + ", " + size(file.size);
      list.appendChild(line);
    });
    place.appendChild(head);
    place.appendChild(list);
    return fits;
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("[data-switch-keys]")) return;
    remember(KEYS_OFF, remembered(KEYS_OFF) === null ? "yes" : null);
    showKeys();
    say(remembered(KEYS_OFF) === null ? "Keys are on." : "Keys are off. Use the buttons.");
  });
  document.addEventListener("change", function (event) {
    var form = event.target.closest && event.target.closest("form[data-upload]");
    if (form) listFiles(form);
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-upload]")) return;
    if (!listFiles(form)) {
      event.preventDefault();
      form.querySelector("input[type=file]").focus();
      return;
    }
    var button = form.querySelector("button[type=submit]");
    if (form.querySelector("input[type=file]").files.length) button.textContent = "Sending…";
  });
  document.addEventListener("htmx:before:request", function (event) {
    if (fromDecision(event)) setBusy(true);
  });
  ["htmx:after:swap", "htmx:finally:request"].forEach(function (name) {
    document.addEventListener(name, function () {
      setBusy(false);
      showKeys();
      // Whoever decides by keyboard, or listens, goes on at the top of the next pair.
      var arrived = document.querySelector("[data-arrived]");
      if (!arrived) return;
      arrived.removeAttribute("data-arrived");
      arrived.focus();
    });
  });
  document.addEventListener("htmx:error", function (event) {
    if (fromDecision(event)) say("Not saved: whatworks does not answer. Start it again, then decide once more.");
  });
  document.addEventListener("htmx:response:error", function (event) {
    if (fromDecision(event)) say("Not saved: something went wrong. Load the page again, then decide once more.");
  });
  // What was wrong with a form is read first.
  var summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  showKeys();
})();
