/* One plot: a line over time with gaps, over soft bands of levels. Knows uPlot; loads nothing. */
const ClairPlot = (() => {
  "use strict";

  const DAY_S = 86400;
  const NARROW = 560; // below, the names of the levels lie inside

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const locale = () => (document.documentElement.lang === "de" ? "de-DE" : "en-GB");

  function formatter(zone, parts) {
    return new Intl.DateTimeFormat(locale(), { timeZone: zone, hourCycle: "h23", ...parts });
  }

  /* Thousands are set apart by a narrow space, as everywhere else. */
  function number(value, places) {
    const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
    const parts = new Intl.NumberFormat(locale(), digits).formatToParts(value);
    return parts.map((part) => (part.type === "group" ? "\u202f" : part.value)).join("");
  }

  /* Midnights carry their day, other ticks their clock time, both by the clock of the site. */
  function timeLabels(spec) {
    const clock = formatter(spec.zone, { hour: "2-digit", minute: "2-digit" });
    const weekday = formatter(spec.zone, { weekday: "short", day: "numeric" });
    const day = formatter(spec.zone, { day: "numeric", month: "short" });
    const month = formatter(spec.zone, { month: "short", year: "numeric" });
    const days = (spec.to - spec.from) / DAY_S;
    return (_plot, ticks, _axis, _space, step) =>
      ticks.map((tick) => {
        const moment = new Date(tick * 1000);
        if (step >= 28 * DAY_S) return month.format(moment);
        const isMidnight = clock.format(moment) === "00:00";
        if (step >= DAY_S || (isMidnight && days > 1.1)) return (days > 10 ? day : weekday).format(moment);
        return clock.format(moment);
      });
  }

  const labelFont = () => `600 ${12 * uPlot.pxRatio}px system-ui, sans-serif`;

  /* Room at the right edge: for the longest name of a level, or half of a time at the axis. */
  function gutterFor(host, spec) {
    if (host.clientWidth < NARROW) return 20;
    const ctx = document.createElement("canvas").getContext("2d");
    ctx.font = labelFont();
    const widths = spec.words.map((word) => ctx.measureText(word).width / uPlot.pxRatio);
    return 14 + Math.ceil(Math.max(...widths));
  }

  /* Device pixels of the part of a band that can be seen. */
  function extent(plot, band) {
    const { min, max } = plot.scales.y;
    const [low, high] = [Math.max(band.from, min), Math.min(band.to, max)];
    if (high <= low) return null;
    const top = plot.valToPos(high, "y", true);
    return { top, height: plot.valToPos(low, "y", true) - top };
  }

  function drawBands(plot, bands) {
    const { ctx, bbox } = plot;
    for (const band of bands) {
      const seen = extent(plot, band);
      if (!seen) continue;
      ctx.fillStyle = colour(`${band.level}-tint`);
      ctx.fillRect(bbox.left, seen.top, bbox.width, seen.height);
    }
  }

  /* An outage has no level: it is left out of the bands, and says so where there is room. */
  function drawOutages(plot, word) {
    const [times, values] = plot.data;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.font = labelFont();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    values.forEach((value, index) => {
      if (value !== null || index === 0 || index === values.length - 1) return;
      const left = Math.max(plot.valToPos(times[index - 1], "x", true), bbox.left);
      const right = Math.min(plot.valToPos(times[index + 1], "x", true), bbox.left + bbox.width);
      ctx.fillStyle = colour("raised");
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      if (right - left < ctx.measureText(word).width * 1.2) return;
      ctx.fillStyle = colour("no-data");
      ctx.fillText(word, (left + right) / 2, bbox.top + bbox.height / 2);
    });
    ctx.restore();
  }

  function nameBands(plot, bands) {
    const { ctx, bbox } = plot;
    const scale = uPlot.pxRatio;
    const inside = plot.width < NARROW;
    ctx.save();
    ctx.font = labelFont();
    ctx.textAlign = inside ? "right" : "left";
    ctx.textBaseline = inside ? "top" : "middle";
    for (const band of bands) {
      const seen = extent(plot, band);
      if (!seen || seen.height < 18 * scale) continue;
      ctx.fillStyle = colour(band.level);
      const x = bbox.left + bbox.width + (inside ? -6 : 10) * scale;
      ctx.fillText(band.word, x, seen.top + (inside ? 4 * scale : seen.height / 2));
    }
    ctx.restore();
  }

  /* A value between two outages has no line to be seen by: it gets a dot. */
  function lonely(plot) {
    const values = plot.data[1];
    const isThere = (index) => values[index] !== null && values[index] !== undefined;
    return values.flatMap((_, index) =>
      isThere(index) && !isThere(index - 1) && !isThere(index + 1) ? [index] : [],
    );
  }

  function axes(spec) {
    const font = "12px system-ui, sans-serif";
    const stroke = () => colour("ink-soft");
    const ticks = { stroke: () => colour("line"), width: 1, size: 5 };
    const grid = { stroke: () => colour("line"), width: 1 };
    const labels = (_plot, values) => values.map((value) => number(value, 0));
    return [
      { stroke, font, ticks, grid: { show: false }, space: 64, size: 32, values: timeLabels(spec) },
      { stroke, font, ticks: { show: false }, grid, space: 36, size: 48, gap: 8, values: labels },
    ];
  }

  function options(host, spec) {
    return {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [8, gutterFor(host, spec), 0, 0],
      legend: { show: false },
      tzDate: (timestamp) => uPlot.tzDate(new Date(timestamp * 1000), spec.zone),
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 9, width: 2, fill: () => colour("ink"), stroke: () => colour("raised") },
      },
      scales: {
        x: { time: true, range: () => [spec.from, spec.to] },
        y: { range: (_plot, low, high) => spec.scale(low, high) },
      },
      axes: axes(spec),
      series: [
        {},
        {
          stroke: () => colour("ink"),
          width: 1.5,
          spanGaps: false,
          points: { show: true, size: 5, fill: () => colour("ink"), filter: lonely },
        },
      ],
      hooks: {
        drawClear: [(plot) => drawBands(plot, spec.bands)],
        drawAxes: [(plot) => drawOutages(plot, spec.outage)],
        draw: [(plot) => nameBands(plot, spec.bands)],
        setCursor: [(plot) => spec.onPoint(plot.cursor.left < 0 ? null : plot.cursor.idx)],
      },
    };
  }

  /* uPlot follows the mouse; fingers are ours, and may still scroll the page up and down. */
  function followFingers(plot) {
    const follow = (event) => {
      if (event.pointerType === "mouse") return;
      const box = plot.over.getBoundingClientRect();
      plot.setCursor({ left: Math.min(Math.max(event.clientX - box.left, 0), box.width), top: 0 });
    };
    plot.over.addEventListener("pointerdown", follow);
    plot.over.addEventListener("pointermove", follow);
  }

  function create(host, spec, data) {
    const plot = new uPlot(options(host, spec), data, host);
    followFingers(plot);
    return plot;
  }

  return { create, formatter, number };
})();
