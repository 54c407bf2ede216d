// The report page's script: theme, and the charts of a run. It draws from the JSON in the page and
// adds no words or numbers that are not there. Charts share one axis of time; whatever is too fine
// for the screen is drawn as the worst of each pixel, so no late block is lost from sight.
"use strict";
(() => {
const byId = (id) => document.getElementById(id);
const report = JSON.parse(byId("data").textContent);
const root = document.documentElement;
const redrawn = [];  // to be called when colours have changed

// ---- theme: the system's, until somebody chooses
const systemDark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
const color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
let tones = {};
function tone(name) { return tones[name] ??= color(name); }
function setTheme(isDark) {
  root.dataset.theme = isDark ? "dark" : "light";
  byId("theme").setAttribute("aria-pressed", String(isDark));
  byId("theme").textContent = isDark ? "Light" : "Dark";
  tones = {};
  redrawn.forEach((draw) => draw());
}
byId("theme").addEventListener("click", () => setTheme(chosen = root.dataset.theme !== "dark"));
systemDark.addEventListener("change", () => chosen ?? setTheme(systemDark.matches));
setTheme(systemDark.matches);

if (report.kind !== "session") return;
const charts = report.charts, length = Math.max(report.session.length_ns / 1e9, 1e-3);
const plots = byId("plots"), lanes = [];
const kAxis = 26;  // height of the axis of time, under the last lane
const view = {min: 0, max: length};

// ---- words
const digits = (value) => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const trimmed = (value) => digits(value).replace(/\.0+$/, "");
function durationText(seconds, words = digits) {
  if (seconds < 1e-3) return `${words(seconds * 1e6)} us`;
  return seconds < 1 ? `${words(seconds * 1e3)} ms` : `${words(seconds)} s`;
}
function bytesText(kib) {
  const unit = kib >= 2 ** 20 ? ["GiB", 2 ** 20] : kib >= 2 ** 10 ? ["MiB", 2 ** 10] : ["KiB", 1];
  const value = kib / unit[1];
  return kib === 0 ? "0" : `${value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3)} ${unit[0]}`;
}
function momentText(seconds, places = 3) {
  if (length < 120) return `${seconds.toFixed(places)} s`;
  const whole = Math.floor(seconds / 60), rest = (seconds - whole * 60).toFixed(places).padStart(places ? places + 3 : 2, "0");
  return length < 3600 ? `${whole}:${rest}` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}:${rest}`;
}
function element(name, text, style) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (style) made.className = style;
  return made;
}

// ---- glitches and pressure, behind every chart
const flags = charts.flags;
const flagAt = flags.at_us.map((us) => us / 1e6);
const flagTone = (i) => tone(flags.causes[flags.cause[i]]);
const pressed = [];  // [begin, end] where tasks waited for memory more than a tenth of the time
if (charts.memory) {
  const {at_ms, stalled_some_permille: some} = charts.memory;
  for (let i = 0; i < at_ms.length; i++) {
    if (!(some?.[i] > 100)) continue;
    const begin = (i ? at_ms[i - 1] : 0) / 1e3, end = at_ms[i] / 1e3, last = pressed.at(-1);
    if (last && begin <= last[1] + 0.2) last[1] = end; else pressed.push([begin, end]);
  }
}
let flagsInView = {key: ""};  // the same for all lanes
/// Calls draw(i, x, width) for the flags in view; those of one cause that touch each other on the screen are one.
function eachFlag(u, draw) {
  const {left, width} = u.bbox, scale = width / (view.max - view.min), key = `${left} ${width} ${view.min} ${view.max}`;
  if (flagsInView.key !== key) {
    const at = [];
    let count = 0, column = -1;
    for (let i = 0; i < flagAt.length; i++) {
      if (flagAt[i] < view.min || flagAt[i] > view.max) continue;
      const x = Math.round(left + (flagAt[i] - view.min) * scale);
      count++;
      if (x === column) continue;
      const last = at.at(-1), isNext = last && x - column <= devicePixelRatio && flags.cause[last[0]] === flags.cause[i];
      if (isNext) last[2] = x - last[1] + devicePixelRatio; else at.push([i, x, devicePixelRatio]);
      column = x;
    }
    flagsInView = {key, at, count};
  }
  for (const one of flagsInView.at) draw(...one);
}
function drawBehind(u) {
  const {ctx, bbox} = u;
  ctx.save();
  ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
  ctx.fillStyle = tone("pressed");
  for (const [begin, end] of pressed) {
    const left = u.valToPos(begin, "x", true);
    ctx.fillRect(left, bbox.top, u.valToPos(end, "x", true) - left, bbox.height);
  }
  eachFlag(u, () => {});
  ctx.globalAlpha = Math.min(0.5, Math.max(0.07, 25 / flagsInView.count));  // many would hide what they stand for
  eachFlag(u, (i, x, width) => { ctx.fillStyle = flagTone(i); ctx.fillRect(x, bbox.top, width, bbox.height); });
  ctx.restore();
}
function drawFlagHeads(u) {
  const {ctx, bbox} = u, size = 5 * devicePixelRatio;
  eachFlag(u, (i, x, width) => {
    ctx.fillStyle = flagTone(i);
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top - 2 * size); ctx.lineTo(x + width + size, bbox.top - 2 * size);
    ctx.lineTo(x + width, bbox.top); ctx.lineTo(x, bbox.top);
    ctx.fill();
  });
}

// ---- one lane: a name with the meaning of its colours, and a chart
const wanted = [];
const lane = (parts) => wanted.push(parts);
function build({name, keys, height, series = [], data = [[0, length]], y, values, top = 6, draw, refresh, isPlain, incrs, words}, isLast) {
  const row = plots.appendChild(element("div", undefined, "lane"));
  const label = row.appendChild(element("div", undefined, "lane-name"));
  label.append(element("b", name), ...keys.map(([text, style]) => {
    const key = element("span");
    if (style) key.append(element("i", undefined, `swatch tone-${style}`));
    key.append(text);
    return key;
  }));
  const place = row.appendChild(element("div", undefined, "lane-plot"));
  if (words) { place.setAttribute("role", "img"); place.setAttribute("aria-label", words); }
  const axis = {stroke: () => tone("quiet"), font: "11px system-ui, sans-serif", grid: {stroke: () => tone("grid"), width: 1},
                ticks: {show: false}};
  const options = {
    width: Math.max(place.clientWidth, 200), height: height += isLast ? kAxis : 0, padding: [top, 14, isLast ? 0 : 7, 0], legend: {show: false},
    cursor: {sync: {key: "run"}, points: {show: false}, y: false, drag: {x: true, y: false, setScale: false}},
    scales: {x: {time: false, range: () => [view.min, view.max]}, y},
    axes: [{...axis, show: isLast, size: kAxis, space: 70, values: (u, ticks, a, b, step) => {
              const places = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
              return ticks.map((tick) => momentText(tick, places)); }},
           {...axis, size: 62, gap: 6, space: 22, incrs, grid: {...axis.grid, show: !isPlain}, values: (u, ticks) => ticks.map((tick) => tick === null ? "" : values(tick))}],
    series: [{}, ...series.map((one) => ({width: 1.25, points: {show: false}, ...one,
                                           stroke: () => tone(one.stroke), fill: one.fill && (() => tone(one.fill))}))],
    hooks: {drawClear: [drawBehind], draw: draw ? [draw] : [],
            setSelect: [(u) => { const {left, width} = u.select;
              if (width > 2) show(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
              u.setSelect({left: 0, width: 0, top: 0, height: 0}, false); }],
            setCursor: [(u) => { if (u.cursor.left >= 0) readAt(u.posToVal(u.cursor.left, "x")); }]},
  };
  const plot = new uPlot(options, refresh ? refresh(options.width) : data, place);
  plot.over.addEventListener("dblclick", () => show(0, length));
  lanes.push({plot, place, refresh, height});
}
const linear = (most) => ({range: () => [0, most]});
const logarithmic = (low, high) => ({distr: 3, range: () => [low, high]});
const powerTicks = (text) => (tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6) ? text(tick) : "";

// ---- the take, where its file was at hand: lowest and highest sample of each span
const wave = charts.waveform;
if (wave) {
  const {low_percent: low, high_percent: high} = wave, begin = wave.begin_us / 1e6, width = wave.span_us / 1e6;
  const peak = Math.max(wave.peak_permille, 1) / 1000;
  lane({
    name: "Waveform", keys: [["of the take, all channels; 1 is full scale"], ["flags: glitches, by cause; behind: what was filled in"]],
    height: 120, top: 14, data: [[0, length], [null, null]], series: [{stroke: "wave"}],
    y: {range: () => [-1.05 * peak, 1.05 * peak]}, values: (tick) => String(+tick.toPrecision(6)), isPlain: true,
    draw: (u) => {
      const {ctx, bbox} = u, scale = bbox.width / (view.max - view.min), middle = u.valToPos(0, "y", true);
      const percent = (u.valToPos(peak, "y", true) - middle) / 100, x = (i) => bbox.left + (begin + i * width - view.min) * scale;
      ctx.save();
      ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
      ctx.fillStyle = tone("wave");
      const last = Math.min(low.length, Math.ceil((view.max - begin) / width));
      for (let i = Math.max(0, Math.floor((view.min - begin) / width)); i < last;) {
        const left = Math.floor(x(i));
        let least = low[i], most = high[i];
        for (i++; i < last && x(i) < left + 1; i++) { least = Math.min(least, low[i]); most = Math.max(most, high[i]); }
        const top = middle + most * percent;
        ctx.fillRect(left, top, Math.max(Math.ceil(x(i)) - left, 1), Math.max(least * percent + middle - top, devicePixelRatio));
      }
      ctx.globalAlpha = 0.3;  // what is filled in
      for (let i = 0; i < flagAt.length; i++) {
        const wide = flags.missing_frames[i] / report.summary.rate_hz;
        if (flagAt[i] > view.max || flagAt[i] + wide < view.min || wide * scale < 2) continue;
        ctx.fillStyle = flagTone(i);
        ctx.fillRect(bbox.left + (flagAt[i] - view.min) * scale, bbox.top, wide * scale, bbox.height);
      }
      ctx.restore();
      drawFlagHeads(u);
    }});
}

// ---- lateness: a pyramid, each level the worst and the best of four of the level below
const lateUnit = charts.lateness.unit_ns / 1e9, lateWidth = charts.lateness.width_ns / 1e9;
const late = Int32Array.from(charts.lateness.most);
const levels = [{most: late, least: late, width: lateWidth}];
while (levels.at(-1).most.length > 4000) {
  const {most, least, width} = levels.at(-1), size = Math.ceil(most.length / 4);
  const up = {most: new Int32Array(size), least: new Int32Array(size), width: width * 4};
  for (let i = 0; i < size; i++) {
    let high = -1, low = -1;
    for (let k = 4 * i, end = Math.min(k + 4, most.length); k < end; k++) {
      if (most[k] > high) high = most[k];
      if (least[k] >= 0 && (low < 0 || least[k] < low)) low = least[k];
    }
    up.most[i] = high; up.least[i] = low;
  }
  levels.push(up);
}
function lateData(pixels) {
  const level = levels.find(({width}) => (view.max - view.min) / width <= 2 * pixels) ?? levels.at(-1);
  const begin = Math.max(0, Math.floor(view.min / level.width) - 1);
  const end = Math.min(level.most.length, Math.ceil(view.max / level.width) + 1);
  const x = [], most = [], least = [];
  const seconds = (value) => value < 0 ? null : Math.max(value * lateUnit, 1e-6);
  for (let i = begin; i < end; i++) {
    x.push(i * level.width); most.push(seconds(level.most[i])); least.push(seconds(level.least[i]));
  }
  return [x, most, least];
}
let lateMost = 0;
for (const value of levels.at(-1).most) lateMost = Math.max(lateMost, value * lateUnit);
const blockSeconds = report.summary.block_frames / report.summary.rate_hz;
const limits = [[blockSeconds, "one block"]];
const tolerance = (report.summary.late_tolerance_ns ?? 0) / 1e9;
if (Math.abs(tolerance / blockSeconds - 1) < 0.01) limits[0][1] = "frames are lost from one block on";
else if (tolerance > 0) limits.push([tolerance, "frames are lost from here on"]);
const stepped = uPlot.paths.stepped({align: 1});
lane({
  name: "Lateness", keys: [["of the audio thread, worst of each moment", "late"], ["flags: glitches, by cause"]],
  height: 170, top: 14, refresh: lateData,
  y: logarithmic(1e-6, Math.max(lateMost * 1.5, blockSeconds * 3)), values: powerTicks((tick) => durationText(tick, trimmed)),
  series: [{stroke: "late", fill: "late-fill", width: 1, paths: stepped}, {stroke: "late", width: 0.5, paths: stepped}],
  draw: (u) => {
    const {ctx, bbox} = u;
    ctx.save();
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`; ctx.textAlign = "right"; ctx.textBaseline = "alphabetic";
    ctx.strokeStyle = ctx.fillStyle = tone("quiet"); ctx.lineWidth = devicePixelRatio; ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const [seconds, text] of limits) {
      const at = Math.round(u.valToPos(seconds, "y", true));
      ctx.beginPath(); ctx.moveTo(bbox.left, at); ctx.lineTo(bbox.left + bbox.width, at); ctx.stroke();
      const words = `${text}, ${durationText(seconds)}`, right = bbox.left + bbox.width - 4 * devicePixelRatio;
      const wide = ctx.measureText(words).width + 8 * devicePixelRatio;
      ctx.globalAlpha = 0.8; ctx.fillStyle = tone("ground");
      ctx.fillRect(right - wide + 4 * devicePixelRatio, at - 16 * devicePixelRatio, wide, 15 * devicePixelRatio);
      ctx.globalAlpha = 1; ctx.fillStyle = tone("quiet");
      ctx.fillText(words, right, at - 5 * devicePixelRatio);
    }
    ctx.restore();
    drawFlagHeads(u);
  }});

// ---- the audio thread's page faults, one by one
const faults = charts.faults;
let longest = 0;  // seconds
if (faults) {  // times from their differences, and a mark for each major one; in order of time
  const count = faults.after_us.length;
  faults.begin = new Float64Array(count);
  faults.length = Float64Array.from(faults.length_100ns, (value) => value / 1e7);
  faults.isMajor = new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    at += faults.after_us[i];
    faults.begin[i] = at / 1e6;
    longest = Math.max(longest, faults.length[i]);
  }
  for (const i of faults.major) faults.isMajor[i] = 1;
}
/// The first fault that began at `time` or later.
function firstFault(time) {
  let low = 0, high = faults.begin.length;
  while (low < high) { const middle = (low + high) >> 1; if (faults.begin[middle] < time) low = middle + 1; else high = middle; }
  return low;
}
/// Calls draw(i, left, width) for the faults in view; of many in one pixel, for the longest of each kind.
function eachFault(u, draw) {
  const {left, width} = u.bbox, scale = width / (view.max - view.min);
  const worst = [0, 1].map(() => new Int32Array(Math.ceil(width) + 1).fill(-1));
  for (let i = firstFault(view.min - longest); i < faults.begin.length && faults.begin[i] <= view.max; i++) {
    if (faults.begin[i] + faults.length[i] < view.min) continue;
    const x = Math.max(0, Math.floor((faults.begin[i] - view.min) * scale)), kind = worst[faults.isMajor[i]];
    if (kind[x] < 0 || faults.length[kind[x]] < faults.length[i]) kind[x] = i;
  }
  for (const kind of worst) kind.forEach((i, x) => {
    if (i >= 0) draw(i, left + x, Math.max((faults.begin[i] + faults.length[i] - view.min) * scale - x, 1.5 * devicePixelRatio));
  });
}
const faultTone = (i) => tone(faults.isMajor[i] ? "page_fault" : "minor");
if (faults) {
  lane({
    name: "Page faults", keys: [["major: read from disk or swap", "major"], ["minor", "minor"], ["height: how long it took"]],
    height: 92, data: [[0, length], [null, null]], series: [{stroke: "late"}],
    y: logarithmic(1e-6, Math.max(longest * 1.3, 1e-4)), values: powerTicks((tick) => durationText(tick, trimmed)),
    draw: (u) => {
      const {ctx, bbox} = u, bottom = bbox.top + bbox.height;
      ctx.save();
      ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
      eachFault(u, (i, x, width) => {
        const top = u.valToPos(Math.max(faults.length[i], 1.5e-6), "y", true);
        ctx.fillStyle = faultTone(i); ctx.fillRect(x, top, width, bottom - top);
      });
      ctx.restore();
    }});
}

// ---- pages: a row for each that came back, in groups
const kShownGroups = 9, kTitle = 16;
if (faults && faults.groups.length) {
  const shown = faults.groups.slice(0, kShownGroups).map(({name, pages}) => ({name, pages}));
  const more = faults.groups.slice(kShownGroups);
  if (more.length) shown.push({name: `${more.length} more regions`, pages: more.reduce((sum, {pages}) => sum + pages, 0)});
  const pages = faults.addresses.length, rowHeight = Math.min(6, Math.max(0.5, 230 / pages)), kTallest = 120;
  let at = 0, row = 0;
  for (const group of shown) {  // pixels from the top
    group.row = row; group.top = at + kTitle; group.height = Math.min(kTallest, Math.max(5, group.pages * rowHeight));
    row += group.pages; at = group.top + group.height + 3;
  }
  const places = new Float32Array(pages), heights = new Float32Array(pages);
  for (const group of shown) for (let i = 0; i < group.pages; i++) {
    heights[group.row + i] = group.height / group.pages;
    places[group.row + i] = group.top + i * heights[group.row + i];
  }
  lane({
    name: "Pages asked back", keys: [["a row for each page; a mark: it came back"], ["had been out of memory", "major"], ["was in memory, not mapped", "minor"]],
    height: Math.ceil(at) + 6, data: [[0, length], [null, null]], series: [{stroke: "late"}], y: {range: () => [0, 1]}, values: () => "", isPlain: true,
    draw: (u) => {
      const {ctx, bbox} = u, ratio = devicePixelRatio;
      ctx.save();
      ctx.font = `${11 * ratio}px system-ui, sans-serif`; ctx.textAlign = "left"; ctx.textBaseline = "alphabetic";
      for (const group of shown) {
        ctx.fillStyle = tone("late-fill"); ctx.globalAlpha = 0.5;
        ctx.fillRect(bbox.left, bbox.top + group.top * ratio, bbox.width, group.height * ratio);
        ctx.globalAlpha = 1; ctx.fillStyle = tone("quiet");
        ctx.fillText(`${group.name} · ${group.pages} page${group.pages === 1 ? "" : "s"}`, bbox.left + 2 * ratio, bbox.top + (group.top - 5) * ratio);
      }
      ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
      const scale = bbox.width / (view.max - view.min);
      const begins = new Float64Array(pages), ends = new Float64Array(pages), least = 2 * ratio;
      for (const isMajor of [0, 1]) {  // marks that touch each other on the screen are one
        ctx.fillStyle = tone(isMajor ? "page_fault" : "minor");
        ends.fill(-Infinity);
        const draw = (page) => ctx.fillRect(bbox.left + begins[page], bbox.top + places[page] * ratio, ends[page] - begins[page], Math.max(heights[page], 1) * ratio);
        for (let i = firstFault(view.min); i < faults.begin.length && faults.begin[i] <= view.max; i++) {
          const page = faults.row[i];
          if (faults.isMajor[i] !== isMajor || page === null) continue;
          const x = (faults.begin[i] - view.min) * scale;
          if (x > ends[page] + ratio) {
            if (ends[page] > -Infinity) draw(page);
            begins[page] = x;
          }
          ends[page] = x + Math.max(least, faults.length[i] * scale);
        }
        for (let page = 0; page < pages; page++) if (ends[page] > -Infinity) draw(page);
      }
      ctx.restore();
    }});
}

// ---- regions: a strip for each, its colour the share in memory; of each pixel the smallest
const residency = charts.residency?.regions ?? [];
const kShares = ["in-all", "in-most", "in-half", "in-few"];  // 1 to 4; 0: no page is used
function shareClass(used, out) {
  return used === 0 ? 0 : out === 0 ? 1 : out * 10 <= used ? 2 : out * 2 <= used ? 3 : 4;
}
/// The last reading of a region at `time` or before; -1: none.
function readingAt({at}, time) {
  let low = 0, high = at.length;
  while (low < high) { const middle = (low + high) >> 1; if (at[middle] <= time) low = middle + 1; else high = middle; }
  return low - 1;
}
if (residency.length) {
  const kStrip = 10, kRow = kTitle + kStrip + 3;
  for (const region of residency) {
    let at = 0;
    region.at = region.after_ms.map((ms) => (at += ms) / 1e3);
    region.shares = region.used.map((used, i) => shareClass(used, region.out[i]));
  }
  lane({
    name: "In memory", keys: [["of the pages each region has used"], ["all", "in-all"], ["90 % and more", "in-most"], ["half and more", "in-half"], ["less than half", "in-few"]],
    height: residency.length * kRow + 10, data: [[0, length], [null, null]], series: [{stroke: "late"}], y: {range: () => [0, 1]}, values: () => "", isPlain: true,
    words: "Which share of each region was in memory, over time. The table Regions in memory has it in numbers.",
    draw: (u) => {
      const {ctx, bbox} = u, ratio = devicePixelRatio, wide = Math.ceil(bbox.width), scale = bbox.width / (view.max - view.min);
      const worst = new Uint8Array(wide + 1);
      ctx.save();
      ctx.font = `${11 * ratio}px system-ui, sans-serif`; ctx.textAlign = "left"; ctx.textBaseline = "alphabetic";
      residency.forEach((region, row) => {
        const {at, shares} = region, top = bbox.top + (row * kRow + kTitle) * ratio;
        const loss = region.worst_out ? `at worst ${region.worst_out} of ${region.worst_used} pages out` : `${region.worst_used} page${region.worst_used === 1 ? "" : "s"}, none lost`;
        ctx.fillStyle = tone("quiet");
        ctx.fillText(`${region.name} · ${loss}`, bbox.left + 2 * ratio, top - 4 * ratio);
        worst.fill(0);
        for (let i = Math.max(readingAt(region, view.min), 0); i < at.length && at[i] <= view.max; i++) {
          const left = Math.max(0, Math.floor((at[i] - view.min) * scale));
          const right = i + 1 < at.length ? Math.ceil((at[i + 1] - view.min) * scale) : wide;
          for (let x = left; x < right && x < wide; x++) if (worst[x] < shares[i]) worst[x] = shares[i];
        }
        for (let x = 0, begin = 0; x < wide; x = begin) {
          while (begin < wide && worst[begin] === worst[x]) begin++;
          if (worst[x] === 0) continue;
          ctx.fillStyle = tone(kShares[worst[x] - 1]);
          ctx.fillRect(bbox.left + x, top, begin - x, kStrip * ratio);
        }
      });
      ctx.restore();
    }});
}

// ---- the machine
const readings = [];  // [times, [[values, text], ...]] for the line under the charts
const highest = (values) => (values ?? []).reduce((most, value) => Math.max(most, value ?? 0), 0);
const seconds = (column) => column.map((ms) => ms / 1e3);
const percent = (permille) => `${permille / 10} %`;
function machineLane(name, source, lines, options) {
  const known = lines.filter(({values}) => values);
  if (!known.length) return;
  const times = seconds(source.at_ms);
  const most = known.reduce((high, {values}) => Math.max(high, highest(values)), 0);
  lane({name, keys: known.map(({text, stroke}) => [text, stroke]), height: 78, data: [times, ...known.map(({values}) => values)],
        series: known.map(({stroke}) => ({stroke})), y: linear(Math.max(most * 1.05, 1)), ...options(known)});
  readings.push([times, known]);
}
const byteSteps = Array.from({length: 36}, (_, power) => 2 ** power);
if (charts.memory) {
  const memory = charts.memory;
  const least = (memory.available_kib ?? []).reduce((low, value) => value === null ? low : Math.min(low, value), Infinity);
  const isTight = least < 0.3 * highest(memory.available_kib);  // a line at the bottom would say nothing
  const shown = (values) => isTight ? values?.map((value) => value === null ? null : Math.max(value, 1024)) : values;
  machineLane("Memory", memory, [
    {text: "available", stroke: "memory", values: shown(memory.available_kib), read: bytesText},
    {text: "swap used", stroke: "swap", values: shown(memory.swap_used_kib), read: bytesText}],
    (lines) => ({values: bytesText, incrs: isTight ? undefined : byteSteps, ...(isTight && {
      values: (tick) => (Math.log2(tick) - 10) % 3 === 0 ? bytesText(tick) : "",
      y: {...logarithmic(1024, highest(lines[0].values) * 1.3), log: 2}})}));
  if (highest(memory.swapped_in_kib_per_second) + highest(memory.swapped_out_kib_per_second) > 0) {
    const rate = (value) => `${bytesText(value)}/s`;
    machineLane("Swap traffic", memory, [
      {text: "in", stroke: "some", values: memory.swapped_in_kib_per_second, read: rate},
      {text: "out", stroke: "swap", values: memory.swapped_out_kib_per_second, read: rate}], () => ({values: rate, incrs: byteSteps}));
  }
  const cgroup = charts.processors?.at_ms.length === memory.at_ms.length ? charts.processors.cgroup_stalled_permille : null;
  machineLane("Memory stalls", memory, [
    {text: "some task waited", stroke: "some", values: memory.stalled_some_permille, read: percent},
    {text: "all tasks waited", stroke: "full", values: memory.stalled_full_permille, read: percent},
    {text: "of its cgroup", stroke: "cgroup", values: cgroup, read: percent}], () => ({values: percent}));
}
if (charts.processors) {
  machineLane("Processors", charts.processors, [
    {text: "busy", stroke: "busy", values: charts.processors.busy_permille, read: percent},
    {text: "idle, waiting for I/O", stroke: "iowait", values: charts.processors.iowait_permille, read: percent},
    {text: "taken by the host", stroke: "steal", values: charts.processors.steal_permille, read: percent}], () => ({values: percent, y: linear(1000)}));
}
if (charts.thread) {
  machineLane("Audio thread", charts.thread, [
    {text: "running", stroke: "thread", values: charts.thread.running_permille, read: percent},
    {text: "ready, not running", stroke: "run_queue", values: charts.thread.waiting_permille, read: percent}], () => ({values: percent}));
}

wanted.forEach((parts, i) => build(parts, i === wanted.length - 1));

// ---- what is under the pointer
const readout = plots.after(element("p", " ", "")) ?? plots.nextSibling;
readout.id = "readout";
function readAt(time) {
  const bucket = late[Math.floor(time / lateWidth)] ?? -1;
  const words = [momentText(time, 4), bucket < 0 ? "no block" : `late ${durationText(bucket * lateUnit)}`];
  for (const [times, lines] of readings) {
    let low = 0, high = times.length - 1;
    while (low < high) { const middle = (low + high) >> 1; if (times[middle] < time) low = middle + 1; else high = middle; }
    for (const {text, values, read} of lines) if (values[low] !== null && values[low] !== undefined) words.push(`${text} ${read(values[low])}`);
  }
  const missing = residency.map((region) => [region, readingAt(region, time)]).filter(([{out}, i]) => out[i] > 0);
  missing.slice(0, 3).forEach(([{name, out, used}, i]) => words.push(`out of memory: ${out[i]} of ${used[i]} pages of ${name}`));
  if (missing.length > 3) words.push(`and of ${missing.length - 3} more regions`);
  readout.textContent = words.join(" · ");
}

// ---- moving in time
function show(min, max) {
  const span = Math.min(Math.max(max - min, 2e-4), length);
  view.min = Math.min(Math.max(min, 0), length - span);
  view.max = view.min + span;
  for (const {plot, refresh} of lanes) {
    plot.batch(() => {
      if (refresh) plot.setData(refresh(plot.width), false);
      plot.setScale("x", {min: view.min, max: view.max});
    });
  }
  const isWhole = span >= length;
  byId("whole").disabled = isWhole;
  byId("shown").textContent = isWhole ? "" : `Shown: ${momentText(view.min, 4)} to ${momentText(view.max, 4)}, ${durationText(span)}`;
}
byId("whole").addEventListener("click", () => show(0, length));
byId("whole").disabled = true;

// ---- glitches: a click or Enter on a row shows it
let current = -1;
function showGlitch(i) {
  if (i < 0 || i >= flagAt.length) return;
  current = i;
  const seconds = flags.late_us[i] / 1e6, around = Math.max(seconds * 1.5, 0.01);
  show(flagAt[i] - around, flagAt[i] + seconds + around);
  for (const row of document.querySelectorAll("tr.is-shown")) row.classList.remove("is-shown");
  const listed = report.glitches.find(({index}) => index === i + 1);
  document.querySelector(`tr[data-index="${i + 1}"]`)?.classList.add("is-shown");
  byId("detail").replaceChildren(element("h3", `Glitch ${i + 1} at ${momentText(flagAt[i])}: ${flags.missing_frames[i]} frames lost, late by ${durationText(seconds)}`));
  if (!listed) return;
  const table = byId("detail").appendChild(element("table"));
  for (const part of listed.budget) {
    const row = table.insertRow(), cause = row.insertCell();
    cause.className = "cause";
    cause.append(element("i", undefined, `swatch cause-${part.cause}`), part.cause.replaceAll("_", " "));
    row.append(element("td", durationText(part.ns / 1e9), "number"), element("td", `${Math.round(part.ns / listed.lateness_ns * 100)} %`, "number"),
               element("td", part.place ?? "", "where"), element("td", part.evidence ?? "", "evidence"));
  }
}
for (const row of document.querySelectorAll("#glitch-table tbody tr")) {
  const index = Number(row.dataset.index), button = element("button", String(index));
  button.type = "button";
  button.setAttribute("aria-label", `Show glitch ${index} in the charts`);
  row.querySelector("th").replaceChildren(button);
  row.classList.add("can-zoom");
  row.addEventListener("click", () => { showGlitch(index - 1); byId("charts").scrollIntoView({block: "start"}); });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const span = view.max - view.min, middle = (view.min + view.max) / 2;
  const inCharts = event.target === document.body || plots.contains(event.target);
  const step = (direction) => {  // from what is shown, or from the glitch that was chosen
    if (current >= 0) return showGlitch(current + direction);
    showGlitch(direction > 0 ? flagAt.findIndex((at) => at >= view.min) : flagAt.findLastIndex((at) => at <= view.max));
  };
  const actions = {
    "+": () => show(middle - span / 4, middle + span / 4), "=": () => actions["+"](), "-": () => show(middle - span, middle + span),
    "0": () => show(0, length), "n": () => step(1), "p": () => step(-1),
    ...(inCharts && {ArrowLeft: () => show(view.min - span / 4, view.max - span / 4), ArrowRight: () => show(view.min + span / 4, view.max + span / 4)})};
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
});

// ---- size, colours, paper
const fit = (width) => lanes.forEach(({plot, place, refresh, height}) => {
  const wide = Math.max(width ?? place.clientWidth, 200);
  if (plot.width !== wide) plot.setSize({width: wide, height});
  if (refresh) plot.setData(refresh(wide), true);
});
new ResizeObserver(() => fit()).observe(plots);
redrawn.push(() => lanes.forEach(({plot}) => plot.redraw(false)));
const paper = 560;  // what A4 leaves beside the names
addEventListener("beforeprint", () => { setTheme(false); fit(paper); });
addEventListener("afterprint", () => { setTheme(chosen ?? systemDark.matches); fit(); });
requestAnimationFrame(() => setTimeout(() => performance.mark("charts shown"), 0));
})();
