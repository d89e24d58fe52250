"use strict";
// Draws a figure from the data beside it when it comes near the screen, and all figures before printing. Plotly lies in
// the page as text and runs for the first figure: nobody waits for it to read. Without JavaScript the tables stay open.
(function () {
  const NEAR = "800px 0px"; // of the screen
  const NARROW = 520; // px, of a figure with smaller letters

  function library() {
    if (window.Plotly) return;
    const script = document.createElement("script");
    script.textContent = document.getElementById("plotly").textContent;
    document.head.appendChild(script);
  }

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

  function fit(plot, spec) {
    if (plot.clientWidth < NARROW) {
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
  }

  const drawn = new Map(); // figure: promise of its drawing
  function draw(plot) {
    if (!drawn.has(plot)) {
      library();
      const data = document.getElementById(plot.id.replace(/-plot$/, "-data"));
      const spec = JSON.parse(data.textContent);
      fit(plot, spec);
      drawn.set(plot, Plotly.newPlot(plot, spec.data, spec.layout, spec.config).then(function () {
        scaleInPrint(plot);
        plot.on("plotly_afterplot", function () { scaleInPrint(plot); });
      }));
      scaleInPrint(plot); // printing does not wait for promises
    }
    return drawn.get(plot);
  }

  function save(plot, format) {
    draw(plot).then(function () {
      const size = { format: format, width: plot.clientWidth, height: plot.clientHeight, scale: format === "png" ? 2 : 1 };
      return Plotly.toImage(plot, size);
    }).then(function (address) {
      const link = document.createElement("a");
      link.href = address;
      link.download = plot.closest("figure").id + "." + format;
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

  const plots = document.querySelectorAll("figure .plot");
  plots.forEach(offer);

  document.addEventListener("DOMContentLoaded", function () { // the library follows this script
    const near = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        near.unobserve(entry.target);
        draw(entry.target);
      });
    }, { rootMargin: NEAR });
    plots.forEach(function (plot) { near.observe(plot); });
  });

  window.addEventListener("beforeprint", function () {
    plots.forEach(function (plot) { if (plot.clientWidth) draw(plot); }); // one that is folded has no width
  });
})();
