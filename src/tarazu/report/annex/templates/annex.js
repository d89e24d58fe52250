"use strict";
// Draws each figure from the data beside it. Without JavaScript the tables under the figures stay open.
(function () {
  function scaleInPrint(plot) {
    // Plotly sizes its drawing in pixels; a view box lets paper of any width scale it.
    const width = plot.clientWidth;
    const height = plot.clientHeight;
    if (!width || !height) return;
    plot.style.setProperty("--ratio", width + " / " + height);
    plot.querySelectorAll(".main-svg").forEach(function (svg) {
      svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    });
  }

  function save(plot, format) {
    const name = plot.closest("figure").id;
    const size = { format: format, width: plot.clientWidth, height: plot.clientHeight, scale: format === "png" ? 2 : 1 };
    Plotly.toImage(plot, size).then(function (address) {
      const link = document.createElement("a");
      link.href = address;
      link.download = name + "." + format;
      link.click();
    });
  }

  function offer(plot) {
    const take = plot.closest("figure").querySelector(".take");
    ["PNG", "SVG"].forEach(function (format) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = format;
      button.setAttribute("aria-label", "Save as " + format + ": " + plot.getAttribute("aria-label"));
      button.addEventListener("click", function () { save(plot, format.toLowerCase()); });
      take.prepend(button);
    });
  }

  document.querySelectorAll("figure .plot").forEach(function (plot) {
    const data = document.getElementById(plot.id.replace(/-plot$/, "-data"));
    const spec = JSON.parse(data.textContent);
    if (plot.clientWidth < 520) {
      spec.layout.font = { size: 11 };
      spec.layout.annotations = (spec.layout.annotations || []).map(function (note) {
        return Object.assign({}, note, { font: Object.assign({}, note.font, { size: 11 }) });
      });
      spec.data.forEach(function (trace) {
        if (trace.mode === "text") trace.textfont.size = 9;
      });
    }
    if (spec.layout.yaxis.scaleanchor) {
      spec.layout.height = Math.min(spec.layout.height, Math.round(0.92 * plot.clientWidth));
      plot.style.height = spec.layout.height + "px";
    }
    Plotly.newPlot(plot, spec.data, spec.layout, spec.config).then(function () {
      scaleInPrint(plot);
      plot.on("plotly_afterplot", function () { scaleInPrint(plot); });
      offer(plot);
    });
  });

  document.querySelectorAll("details").forEach(function (details) {
    if (!details.hasAttribute("data-keep")) details.open = false;
  });
})();
