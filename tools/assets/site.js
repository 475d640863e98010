// Charts, the gap map's keys, and nothing else. Every page is complete without this file.
(function () {
  "use strict";

  // From disk a page cannot fetch another: leave plain links to the browser.
  if (location.protocol === "file:") {
    document.querySelectorAll("[hx-get]").forEach(function (link) {
      ["hx-get", "hx-select", "hx-target", "hx-swap", "hx-push-url"].forEach(function (name) {
        link.removeAttribute(name);
      });
    });
  }

  // On a phone the names of rows may not take the room of the plot.
  function fit(spec, place) {
    var axis = spec.config && spec.config.axisY;
    if (axis && place.clientWidth < 500) axis.labelLimit = Math.round(place.clientWidth * 0.36);
    return spec;
  }

  function drawCharts() {
    document.querySelectorAll("[data-chart]").forEach(function (place) {
      var source = document.getElementById(place.getAttribute("data-chart"));
      if (!source || !window.vegaEmbed) return;
      var options = {
        ast: true, // no eval, so the strict content policy holds
        renderer: "svg",
        actions: false,
        defaultStyle: false,
        tooltip: false,
      };
      var fonts = document.fonts ? document.fonts.load("16px WWSans") : Promise.resolve();
      fonts
        .then(function () {
          return window.vegaEmbed(place, fit(JSON.parse(source.textContent), place), options);
        })
        .then(function () {
          place.classList.add("ww-chart__plot--drawn");
          var figure = place.closest("figure");
          var table = figure && figure.querySelector("details[data-table-view]");
          if (table) table.removeAttribute("open");
        });
    });
  }

  // Arrow keys move between the cells of a gap map; Home and End go to the ends of a row.
  function moveInGrid(event) {
    var table = event.target.closest && event.target.closest("table[data-grid]");
    if (!table || event.altKey || event.ctrlKey || event.metaKey) return;
    var steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    var ends = { Home: 1, End: -1 };
    if (!(event.key in steps) && !(event.key in ends)) return;
    var rows = Array.prototype.filter.call(table.rows, function (row) {
      return row.querySelector("td");
    });
    var cell = event.target.closest("td");
    if (!cell) return;
    var y = rows.indexOf(cell.parentElement);
    var x = cell.cellIndex;
    var step = steps[event.key];
    if (!step) {
      x = ends[event.key] === 1 ? 0 : rows[y].cells.length;
      step = [0, ends[event.key]];
    }
    for (;;) {
      y += step[0];
      x += step[1];
      if (!rows[y] || x < 0 || x > rows[y].cells.length) return;
      var target = rows[y].cells[x] && rows[y].cells[x].querySelector("a");
      if (target) {
        event.preventDefault();
        target.focus();
        return;
      }
    }
  }

  document.addEventListener("DOMContentLoaded", drawCharts);
  document.addEventListener("keydown", moveInGrid);
})();
