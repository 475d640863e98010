// Screening: keys that people choose, text size, dark mode, and a decision that is sent again when the
// network fails. Every page works without this file.
(function () {
  "use strict";

  var root = document.documentElement;
  var STORE = "whatworks.reading.";
  var AGAIN_AFTER = 3000;
  var MOST_TRIES = 40;
  var sent = null;
  var tries = 0;

  function remembered(name) {
    try {
      return window.localStorage.getItem(STORE + name);
    } catch (error) {
      return null; // a browser may forbid it
    }
  }

  function remember(name, value) {
    try {
      if (value === null) window.localStorage.removeItem(STORE + name);
      else window.localStorage.setItem(STORE + name, value);
    } catch (error) {
      return;
    }
  }

  function all(selector, each) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), each);
  }

  // The letters chosen, on every button that has a name.
  function showKeys() {
    all("[data-key-for]", function (field) {
      field.value = remembered("key." + field.getAttribute("data-key-for")) || field.getAttribute("data-key-default");
    });
    all("[data-key-name]", function (button) {
      var own = remembered("key." + button.getAttribute("data-key-name"));
      if (!button.hasAttribute("data-usual-key")) button.setAttribute("data-usual-key", button.getAttribute("data-key"));
      button.setAttribute("data-key", own || button.getAttribute("data-usual-key"));
      var shown = button.querySelector("kbd");
      if (shown) shown.textContent = (own || button.getAttribute("data-usual-key").split(" ")[0]).toUpperCase();
    });
  }

  function keyProblem(words) {
    all("[data-key-problem]", function (place) {
      place.hidden = !words;
      place.textContent = words || "";
    });
  }

  function chooseKey(field) {
    var key = field.value.trim().toLowerCase();
    var taken = Array.prototype.some.call(document.querySelectorAll("[data-key-for]"), function (other) {
      return other !== field && other.value.trim().toLowerCase() === key;
    });
    if (!/^[a-z]$/.test(key)) keyProblem("Choose one letter from a to z.");
    else if (taken) keyProblem("The letter " + key.toUpperCase() + " is used already. Choose another.");
    else {
      keyProblem("");
      remember("key." + field.getAttribute("data-key-for"), key === field.getAttribute("data-key-default") ? null : key);
    }
    showKeys();
  }

  function showReading() {
    var size = remembered("size") || "m";
    var dark = remembered("dark") === "yes";
    root.classList.toggle("wk-text-l", size === "l");
    root.classList.toggle("wk-text-xl", size === "xl");
    root.classList.toggle("wk-dark", dark);
    all("[data-text-size]", function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-text-size") === size));
    });
    all("[data-dark]", function (button) {
      button.setAttribute("aria-pressed", String(dark));
    });
  }

  function say(words) {
    var status = document.getElementById("status");
    if (status) status.textContent = words;
  }

  document.addEventListener("click", function (event) {
    var at = event.target.closest && event.target.closest("[data-text-size], [data-dark], [data-key-reset]");
    if (!at) return;
    if (at.hasAttribute("data-text-size")) remember("size", at.getAttribute("data-text-size"));
    if (at.hasAttribute("data-dark")) remember("dark", remembered("dark") === "yes" ? null : "yes");
    if (at.hasAttribute("data-key-reset")) {
      all("[data-key-for]", function (field) { remember("key." + field.getAttribute("data-key-for"), null); });
      keyProblem("");
      showKeys();
    }
    showReading();
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches && event.target.matches("[data-key-for]")) chooseKey(event.target);
  });

  // What was pressed is kept until it is saved.
  document.addEventListener("submit", function (event) {
    if (event.target.matches("[data-decide]") && event.submitter !== sent) {
      sent = event.submitter;
      tries = 0;
    }
  }, true);
  document.addEventListener("htmx:after:swap", function () {
    sent = null;
    showKeys();
  });
  document.addEventListener("htmx:error", function (event) {
    if (!sent || !event.target.closest || !event.target.closest("[data-decide]")) return;
    if (tries >= MOST_TRIES) return;
    tries += 1;
    var again = sent;
    say("Not saved yet: there is no connection. It is sent again in a moment; leave this page open.");
    window.setTimeout(function () {
      if (sent === again && document.contains(again)) again.click();
    }, AGAIN_AFTER);
  });

  showReading();
  showKeys();
})();
