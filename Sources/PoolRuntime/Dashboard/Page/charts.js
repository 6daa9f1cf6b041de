"use strict";
// A job's pictures. They are drawn with what dashboard.js has: node, write, count, precise, span, shown.
// Of the timeline: workers, and leases that one of them holds at a time, below one another.
const MOST_WORKERS = 24, MOST_LANES = 6;

/// Round values between two ends, at most about so many; more where a single one would be left, which
/// tells no distance.
function ticks(low, high, most) {
  const raw = (high - low) / most || 1, scale = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((f) => f * scale).find((s) => s >= raw);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6 && found.length < 20; v += step) found.push(v);
  return found.length < 2 && most < 16 ? ticks(low, high, most * 2) : found;
}

function width(element) { return Math.max(280, Math.min(1180, element.clientWidth - 18 || 800)); }

/// The threshold's interval against samples: valid though watched, so it only narrows.
function drawThreshold(points) {
  const known = points.filter((p) => [p.lower, p.upper, p.value].every((v) => typeof v === "number"));
  find("threshold").hidden = points.length === 0;
  const box = find("threshold-chart");
  box.hidden = known.length === 0;
  const last = points[points.length - 1];
  if (!last) return;
  write(find("threshold-words"), `After ${count(last.samples)} samples between ${precise(last.lower)} and `
    + `${precise(last.upper)}, estimated ${precise(last.value)}. Each interval holds though it was watched.`);
  rows(find("threshold-table").tBodies[0], points, (p) => String(p.samples), (p) => node("tr", {},
    ...[count(p.samples), precise(p.lower), precise(p.value), precise(p.upper)]
      .map((text) => node("td", { class: "number" }, text))), () => {});
  if (known.length === 0) return;
  const w = width(box), h = 250, left = 62, right = 12, top = 14, bottom = 40;
  // The first few intervals are so wide that nothing else would be seen.
  const shownPoints = known.slice(-8);
  let low = Math.min(...shownPoints.map((p) => p.lower)), high = Math.max(...shownPoints.map((p) => p.upper));
  const margin = (high - low) * .06 || Math.abs(high) * .01 || 1;
  low -= margin; high += margin;
  const first = Math.log(shownPoints[0].samples), end = Math.log(known[known.length - 1].samples);
  const x = (s) => left + (w - left - right) * (end > first ? (Math.log(s) - first) / (end - first) * .92 + .04 : .5);
  const y = (v) => top + (h - top - bottom) * (1 - (v - low) / (high - low));
  const svg = node("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": find("threshold-words").textContent });
  for (const v of ticks(low, high, 5)) {
    svg.append(node("line", { class: "axis", x1: left, x2: w - right, y1: y(v), y2: y(v) }),
      node("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, precise(v)));
  }
  const every = Math.ceil(shownPoints.length / Math.max(2, Math.floor((w - left) / 90)));
  shownPoints.forEach((p, i) => {
    if ((shownPoints.length - 1 - i) % every === 0) {
      svg.append(node("text", { x: x(p.samples), y: h - 22, "text-anchor": "middle" }, count(p.samples)));
    }
  });
  svg.append(node("text", { x: (left + w - right) / 2, y: h - 4, "text-anchor": "middle" }, "samples (logarithmic)"),
    node("text", { x: 12, y: top + (h - top - bottom) / 2, "text-anchor": "middle",
      transform: `rotate(-90 12 ${top + (h - top - bottom) / 2})` }, "utility"));
  const up = shownPoints.map((p) => `${x(p.samples)},${y(p.upper)}`), down = shownPoints.map((p) => `${x(p.samples)},${y(p.lower)}`);
  if (shownPoints.length > 1) {
    svg.append(node("path", { class: "band", d: `M${up.join("L")}L${down.reverse().join("L")}Z` }),
      node("path", { class: "value", d: "M" + shownPoints.map((p) => `${x(p.samples)},${y(p.value)}`).join("L") }));
  }
  for (const p of shownPoints) {
    svg.append(node("line", { class: "whisker", x1: x(p.samples), x2: x(p.samples), y1: y(p.lower), y2: y(p.upper) }),
      node("circle", { class: "dot", cx: x(p.samples), cy: y(p.value), r: 3.5 },
        node("title", {}, `${count(p.samples)} samples: ${precise(p.lower)} to ${precise(p.upper)}`)));
  }
  box.replaceChildren(svg);
}

/// The counts in as many bins as there is room for: of neighbours two, four, … become one. Values on a
/// lattice leave most bins empty, and come into bins as wide as its meshes.
function coarse(histogram, room) {
  let { first, counts, width } = histogram;
  const isSparse = () => counts.length > 2 && counts.every((n, i) => n === 0 || (first + i) % 2 === 0);
  while (counts.length > room || isSparse()) {
    const made = new Array(Math.floor((first + counts.length - 1) / 2) - Math.floor(first / 2) + 1).fill(0);
    counts.forEach((n, i) => { made[Math.floor((first + i) / 2) - Math.floor(first / 2)] += n; });
    first = Math.floor(first / 2); counts = made; width *= 2;
  }
  return { first, counts, width };
}

/// The base's utility over all samples so far, with the threshold, its interval and what is above.
function drawSpread(histogram, points) {
  find("spread").hidden = !histogram;
  if (!histogram) return;
  const total = histogram.counts.reduce((sum, n) => sum + n, 0), box = find("spread-chart");
  const beside = [[histogram.invalid, "are no number"], [histogram.minus_infinite, "are −∞"], [histogram.infinite, "are ∞"]]
    .filter(([n]) => n > 0).map(([n, what]) => ` ${count(n)} more ${what}.`).join("");
  write(find("spread-words"), `${shown(histogram.utility)} of ${count(total)} samples.${beside}`);
  box.hidden = histogram.counts.length < 2;
  if (box.hidden) return;
  const w = width(box), h = 260, left = 62, right = 12, top = 14, bottom = 40;
  const { first, counts, width: step } = coarse(histogram, (w - left - right) / 2.5);
  const edge = (i) => (first + i) * step, low = edge(0), high = edge(counts.length);
  const at = points.length ? points[points.length - 1] : null;
  const value = at && typeof at.value === "number" && at.value >= low && at.value <= high ? at.value : null;
  const least = Math.log10(.5 / total), most = Math.log10(Math.max(...counts) / total) + .08;
  const x = (v) => left + (w - left - right) * (v - low) / (high - low);
  const y = (s) => top + (h - top - bottom) * (1 - (Math.log10(s) - least) / (most - least));
  const svg = node("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": find("spread-words").textContent
    + (value === null ? "" : ` The threshold is ${precise(value)}.`) });
  const every = Math.max(1, Math.ceil((most - least) / 5));
  for (let e = Math.ceil(least); e <= most; e += 1) {
    if (e % every !== 0) continue;
    svg.append(node("line", { class: "axis", x1: left, x2: w - right, y1: y(10 ** e), y2: y(10 ** e) }),
      node("text", { x: left - 6, y: y(10 ** e) + 4, "text-anchor": "end" }, e >= -3 ? String(10 ** e) : "1e" + e));
  }
  const part = (from, to, n, name, text) => svg.append(node("rect", { class: name, x: x(from), y: y(n / total),
    width: Math.max(.5, x(to) - x(from) - .3), height: Math.max(0, h - bottom - y(n / total)) }, node("title", {}, text)));
  counts.forEach((n, i) => {
    if (n === 0) return;
    const text = `${precise(edge(i))} to ${precise(edge(i + 1))}: ${count(n)} samples`;
    // A bin that the threshold cuts is shaded from there on.
    const cut = value === null ? edge(i + 1) : Math.min(Math.max(value, edge(i)), edge(i + 1));
    if (cut > edge(i)) part(edge(i), cut, n, "below", text);
    if (cut < edge(i + 1)) part(cut, edge(i + 1), n, "above", text);
  });
  if (value !== null) {
    if (typeof at.lower === "number" && typeof at.upper === "number") {
      const from = Math.max(at.lower, low), to = Math.min(at.upper, high);
      svg.append(node("rect", { class: "between", x: x(from), y: top, width: Math.max(1, x(to) - x(from)), height: h - top - bottom },
        node("title", {}, `the threshold is between ${precise(at.lower)} and ${precise(at.upper)}`)));
    }
    svg.append(node("line", { class: "mark", x1: x(value), x2: x(value), y1: top, y2: h - bottom }),
      node("text", { x: x(value), y: top - 3, "text-anchor": x(value) > w - 110 ? "end" : "middle" }, "threshold " + precise(value)));
  }
  for (const v of ticks(low, high, Math.max(3, Math.floor((w - left) / 110)))) {
    svg.append(node("text", { x: x(v), y: h - 22, "text-anchor": "middle" }, precise(v)));
  }
  svg.append(node("text", { x: (left + w - right) / 2, y: h - 4, "text-anchor": "middle" }, "utility"),
    node("text", { x: 12, y: top + (h - top - bottom) / 2, "text-anchor": "middle",
      transform: `rotate(-90 12 ${top + (h - top - bottom) / 2})` }, "share of a bin (logarithmic)"));
  box.replaceChildren(svg);
}

function drawTimeline(job, course) {
  const leases = course.leases, ended = course.leases_ended, box = find("timeline-chart");
  find("timeline").hidden = course.leases_issued === 0;
  if (leases.length === 0) return;
  const names = [...new Set(leases.map((lease) => lease.worker))].sort().slice(0, MOST_WORKERS);
  const lanes = new Map(names.map((name) => [name, []]));
  const from = Math.min(...leases.map((lease) => lease.from));
  const stop = job.ended_at ?? job.now, to = Math.max(from + .001, ...leases.map((lease) => lease.to ?? stop));
  // Leases that overlap stand below one another.
  for (const lease of leases) {
    const rowsOf = lanes.get(lease.worker);
    if (!rowsOf) continue;
    let lane = rowsOf.find((list) => list[list.length - 1].ended <= lease.from);
    const entry = { lease, ended: lease.to ?? stop };
    if (lane) lane.push(entry); else if (rowsOf.length < MOST_LANES) rowsOf.push([entry]);
  }
  const drawn = [...lanes.values()].flat().reduce((sum, lane) => sum + lane.length, 0);
  write(find("timeline-words"), `${plural(course.leases_issued, "lease")} so far: ${ended.delivered} delivered, `
    + `${ended.lost} lost, ${course.leases_doubled} doubled, ${ended.needless} not needed, ${ended.returned} given back.`
    + (course.leases_issued > leases.length ? ` Drawn are the latest ${leases.length}` : drawn < leases.length ? " Drawn are all" : "")
    + (drawn < leases.length ? ` but ${leases.length - drawn}, for want of room` : "")
    + (course.leases_issued > drawn ? "." : ""));
  const w = width(box), narrow = w < 520, left = narrow ? 8 : 132, right = 12;
  const x = (t) => left + (w - left - right) * (t - from) / (to - from);
  let y = 6;
  const svg = node("svg", { role: "img", "aria-label": find("timeline-words").textContent });
  for (const [name, list] of lanes) {
    if (narrow) { svg.append(node("text", { x: left, y: y + 11 }, shown(name))); y += 16; }
    else svg.append(node("text", { x: 4, y: y + 11 }, name.length > 17 ? shown(name.slice(0, 16)) + "…" : shown(name)));
    for (const lane of list) {
      for (const { lease, ended: end } of lane) {
        const wide = Math.max(1.5, x(end) - x(lease.from) - 1), outcome = lease.outcome ?? "out";
        svg.append(node("rect", { class: outcome + (lease.copy ? " copy" : ""), x: x(lease.from), y, width: wide, height: 12, rx: 2 },
          node("title", {}, `${name}: ${outcome === "out" ? "under way" : outcome}${lease.copy ? ", doubled" : ""}, `
            + `${count(lease.samples)} samples, ${span(end - lease.from)}`)));
        if (outcome === "lost" && wide > 5) {
          svg.append(node("line", { class: "cross", x1: x(lease.from) + 1, x2: x(lease.from) + wide - 1, y1: y + 11, y2: y + 1 }));
        }
      }
      y += 15;
    }
    y += 6;
  }
  for (const t of ticks(0, to - from, narrow ? 3 : 7)) {
    svg.append(node("line", { class: "axis", x1: x(from + t), x2: x(from + t), y1: 0, y2: y }),
      node("text", { x: x(from + t), y: y + 14, "text-anchor": t === 0 ? "start" : "middle" }, precise(t) + " s"));
  }
  svg.append(node("text", { x: w - right, y: y + 30, "text-anchor": "end" }, "seconds since " + clock(from)));
  svg.setAttribute("viewBox", `0 0 ${w} ${y + 36}`);
  box.replaceChildren(svg);
}
