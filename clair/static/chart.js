/* The chart of an installation: loads series, moves the readout, keeps itself up to date. */
(() => {
  "use strict";

  const REFRESH_MS = 60_000;
  const LEAST_TOP_PPM = 1200;
  const opened = new Set(); // what the reader has unfolded stays so when another range is chosen

  /* CO2 from outdoor air to at least 1200 ppm, other quantities around their values. */
  function scaleOf(quantity, outdoor) {
    if (quantity !== "co2_ppm") {
      return (low, high) => (low === null ? [0, 1] : [Math.floor(low - 1), Math.ceil(high + 1)]);
    }
    return (low, high) => [
      Math.min(outdoor, Math.floor((low ?? outdoor) / 100) * 100),
      Math.max(LEAST_TOP_PPM, Math.ceil(((high ?? 0) * 1.04) / 100) * 100),
    ];
  }

  const wordFor = (root, level) => root.querySelector(`[data-badge=${level}]`).content.textContent.trim();

  function bandsOf(root) {
    const { elevatedFrom, unacceptableAbove } = root.dataset;
    const limits = [-Infinity, Number(elevatedFrom), Number(unacceptableAbove), Infinity];
    return ["good", "elevated", "unacceptable"].map((level, index) => ({
      level,
      from: limits[index],
      to: limits[index + 1],
      word: wordFor(root, level),
    }));
  }

  function levelOf(value, { elevatedFrom, unacceptableAbove }) {
    if (value === null) return "no-data";
    if (value < elevatedFrom) return "good";
    return value <= unacceptableAbove ? "elevated" : "unacceptable";
  }

  function nearest(times, timestamp) {
    let best = times.length - 1;
    times.forEach((time, index) => {
      if (Math.abs(time - timestamp) < Math.abs(times[best] - timestamp)) best = index;
    });
    return best;
  }

  /* A quantity of the chart: its plot, its series, its readout. */
  class Track {
    constructor(chart, box) {
      this.chart = chart;
      this.box = box;
      this.quantity = box.dataset.quantity;
      this.host = box.querySelector(".plot");
      this.readout = box.querySelector(".readout");
      this.messages = (box.closest("[data-more]") ?? chart.root).querySelectorAll(":scope > [data-message]");
      this.data = [[], []];
      this.index = null;
      box.hidden = false;
      this.host.addEventListener("keydown", (event) => this.onKey(event));
    }

    async load() {
      const { root, from, to } = this.chart;
      this.width = this.host.clientWidth;
      const query = new URLSearchParams({ from, to, width: this.width, quantity: this.quantity });
      try {
        const answer = await fetch(`${root.dataset.url}?${query}`, { cache: "no-cache" });
        if (answer.status === 401) window.location.reload();
        if (!answer.ok) throw new Error(`The series was answered with ${answer.status}.`);
        const series = await answer.json();
        this.show([series.timestamp_s, series[this.quantity]]);
      } catch (error) {
        console.warn(error);
        this.say("failed");
      }
    }

    show(data) {
      const at = this.index === null ? null : this.data[0][this.index];
      this.data = data;
      if (this.plot) this.plot.setData(data);
      else this.draw();
      this.say(data[0].length ? null : "empty");
      this.point(at === null || !data[0].length ? null : nearest(data[0], at));
    }

    draw() {
      this.plot?.destroy();
      const { root, from, to, zone } = this.chart;
      const levels = bandsOf(root);
      const words = levels.map((level) => level.word); // all plots leave the same room for them
      const bands = this.quantity === "co2_ppm" ? levels : [];
      const scale = scaleOf(this.quantity, Number(root.dataset.outdoor));
      const onPoint = (index) => this.chart.isMoving || this.chart.pointAll(this, index);
      const outage = wordFor(root, "no-data");
      const spec = { from, to, zone, bands, words, scale, outage, onPoint };
      this.plot = ClairPlot.create(this.host, spec, this.data);
    }

    say(message) {
      for (const each of this.messages) each.hidden = each.dataset.message !== message;
    }

    /* Show a sample, by default the newest one, in the readout and by the cursor's line. */
    point(index) {
      const [times, values] = this.data;
      this.index = index;
      this.plot?.setCursor(
        index === null ? { left: -10, top: -10 } : { left: this.plot.valToPos(times[index], "x"), top: 0 },
        false,
      );
      const shown = index ?? times.length - 1;
      if (shown < 0) this.readout.textContent = "\u00a0";
      else this.read(times, values[shown], shown);
    }

    read(times, value, index) {
      const { clock, root } = this.chart;
      const time = document.createElement("time");
      const isOutage = value === null && index > 0;
      time.textContent = isOutage
        ? clock.formatRange(times[index - 1] * 1000, times[index + 1] * 1000)
        : clock.format(times[index] * 1000);
      const parts = [time];
      if (value !== null) {
        const amount = document.createElement("b");
        amount.textContent = `${ClairPlot.number(value, this.box.dataset.places)}\u202f${this.box.dataset.unit}`;
        parts.push(amount);
      }
      if (value === null || this.quantity === "co2_ppm") {
        const badge = root.querySelector(`[data-badge=${levelOf(value, root.dataset)}]`);
        parts.push(badge.content.cloneNode(true));
      }
      this.readout.replaceChildren(...parts);
    }

    onKey(event) {
      const last = this.data[0].length - 1;
      const at = this.index ?? last + 1;
      const aims = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
      if (last < 0 || !(event.key in aims)) return;
      event.preventDefault();
      this.chart.pointAll(this, Math.min(Math.max(aims[event.key], 0), last));
    }

    resize() {
      const { clientWidth: width, clientHeight: height } = this.host;
      if (!this.plot || !width || width === this.plot.width) return;
      this.draw(); // the names of the levels may move inside
      this.point(this.index);
      if (Math.abs(width - this.width) > 0.2 * this.width) this.load();
    }
  }

  class Chart {
    constructor(root) {
      this.root = root;
      this.from = Number(root.dataset.from);
      this.to = Number(root.dataset.to);
      this.zone = root.dataset.zone;
      const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
      this.clock = ClairPlot.formatter(this.zone, parts);
      this.tracks = [];
      this.isMoving = false;
      this.add(root.querySelector(":scope > [data-quantity]"));
      root.querySelectorAll("[data-more]").forEach((more) => this.unfold(more));
      root.querySelector("[data-reload]").addEventListener("click", () => this.load());
      this.foldTwin(root.querySelector("[data-twin]"));
      this.watch();
    }

    add(box) {
      const track = new Track(this, box);
      this.tracks.push(track);
      track.load();
    }

    unfold(more) {
      more.hidden = false;
      more.addEventListener("toggle", () => {
        const box = more.querySelector("[data-quantity]");
        opened[more.open ? "add" : "delete"](more.dataset.more);
        if (more.open && box.hidden) this.add(box);
      });
      more.open = opened.has(more.dataset.more);
    }

    foldTwin(twin) {
      twin.open = opened.has("twin");
      twin.addEventListener("toggle", () => opened[twin.open ? "add" : "delete"]("twin"));
    }

    /* Move all plots to the moment that one of them points at. */
    pointAll(source, index) {
      this.isMoving = true;
      const moment = index === null ? null : source.data[0][index];
      for (const track of this.tracks) {
        const there = track === source ? index : track.data[0].length ? nearest(track.data[0], moment) : null;
        track.point(moment === null ? null : there);
      }
      this.isMoving = false;
    }

    load() {
      this.tracks.forEach((track) => track.load());
    }

    /* Until another chart takes its place: follow the width, the theme, and the time. */
    watch() {
      const resizing = new ResizeObserver(() => this.tracks.forEach((track) => track.resize()));
      resizing.observe(this.root);
      const dark = window.matchMedia("(prefers-color-scheme: dark)");
      const repaint = () => this.tracks.forEach((track) => track.plot?.redraw(false, true));
      dark.addEventListener("change", repaint);
      const clock = setInterval(() => {
        if (!this.root.isConnected) {
          clearInterval(clock);
          resizing.disconnect();
          dark.removeEventListener("change", repaint);
        } else if (Date.now() < this.to * 1000 && !document.hidden) {
          this.load();
        }
      }, REFRESH_MS);
    }
  }

  function start() {
    for (const root of document.querySelectorAll("[data-chart]:not([data-started])")) {
      root.dataset.started = "";
      new Chart(root);
    }
    const from = document.getElementById("free-from");
    from?.addEventListener("change", () => (document.getElementById("free-to").min = from.value));
  }

  start();
  document.addEventListener("htmx:afterSwap", start);
})();
