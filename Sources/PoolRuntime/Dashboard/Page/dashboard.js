"use strict";
// The page: its rows, a job's facts, and updates; charts.js draws. Everything that others named is written as text, never as markup.
const find = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
let topic = null, source = null, retryTimer = 0, hiddenTimer = 0;
let latest = null, lastStates = new Map();

function node(tag, attributes = {}, ...children) {
  const isDrawn = ["svg", "g", "rect", "line", "path", "circle", "text", "title"].includes(tag);
  const made = isDrawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/// A text that somebody chose, with control characters and what turns the direction of writing as `\u{7}`.
function shown(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => "\\u{" + c.charCodeAt(0).toString(16) + "}");
}

// MARK: numbers

function count(value) {
  if (typeof value !== "number" || !isFinite(value)) return "";
  for (const [scale, unit] of [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (value >= scale) return (value / scale).toPrecision(3) + "\u2009" + unit;
  }
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
}

function span(seconds) {
  if (typeof seconds !== "number" || !isFinite(seconds)) return "";
  if (seconds < 10) return seconds.toFixed(1) + "\u2009s";
  if (seconds < 60) return Math.round(seconds) + "\u2009s";
  if (seconds < 3600) return Math.floor(seconds / 60) + "\u2009min " + Math.floor(seconds % 60) + "\u2009s";
  if (seconds < 86400) return Math.floor(seconds / 3600) + "\u2009h " + Math.floor(seconds % 3600 / 60) + "\u2009min";
  return Math.floor(seconds / 86400) + "\u2009d " + Math.floor(seconds % 86400 / 3600) + "\u2009h";
}

const precise = (value) => typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value);
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString();
const moment = (seconds) => new Date(seconds * 1000).toLocaleString();
const share = (job) => job.state === "done" ? 1
  : job.expected > 0 ? Math.min(1, job.issued / job.expected) : 0;
function percent(job) {
  const value = 100 * share(job);
  return (value >= 10 || value === 0 ? Math.floor(value) : value.toFixed(value < 1 ? 2 : 1)) + "\u2009%";
}
const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

function remark(job) {
  if (job.state === "failed") return job.failure || "";
  if (job.state === "queued") return "waits for its turn";
  if (job.state === "running" && job.workers === 0) return "no worker is at it";
  return job.warnings.length ? job.warnings[job.warnings.length - 1] : "";
}

function time(job) {
  if (job.state === "running" && job.remaining_seconds !== null) return span(job.remaining_seconds) + " left";
  return job.elapsed_seconds > 0 ? "took " + span(job.elapsed_seconds) : "";
}

// MARK: rows that stay in place, so that whoever reads or tabs through them is not thrown out

function rows(body, items, key, make, fill) {
  const old = new Map([...body.children].map((row) => [row.dataset.key, row]));
  let before = body.firstElementChild;
  for (const item of items) {
    let row = old.get(key(item));
    if (row) old.delete(row.dataset.key); else { row = make(item); row.dataset.key = key(item); }
    fill(row, item);
    if (row !== before) body.insertBefore(row, before); else before = before.nextElementSibling;
  }
  for (const row of old.values()) row.remove();
}

function bar(label) {
  return node("div", { class: "bar" }, node("progress", { max: 1, value: 0, "aria-label": label }), node("span"));
}

function fillBar(element, job) {
  element.firstElementChild.value = share(job);
  write(element.lastElementChild, percent(job));
}

function cell(row, place, text, label) {
  write(row.children[place], text);
  if (label) row.children[place].dataset.label = label;
}

function state(element, name) {
  if (element.className !== "state " + name) element.className = "state " + name;
  write(element, name);
}

function showJobs(list) {
  const wanted = find("filter").value.trim().toLowerCase();
  const jobs = list.jobs.filter((job) => !wanted
    || (job.name + " " + job.id + " " + job.state + " " + job.owner).toLowerCase().includes(wanted));
  rows(find("jobs").tBodies[0], jobs, (job) => job.id, (job) => {
    const link = node("a", { href: "#/jobs/" + encodeURIComponent(job.id) });
    return node("tr", {}, node("td", { class: "name" }, link, node("small")),
      node("td", {}, node("span")), node("td", { class: "wide" }, bar("progress of " + shown(job.name || job.id))),
      node("td", { class: "number" }), node("td", { class: "number" }), node("td", { class: "number" }),
      node("td", { class: "note wide" }));
  }, (row, job) => {
    write(row.querySelector("a"), shown(job.name || job.id));
    write(row.querySelector("small"), job.name ? job.id : "");
    state(row.children[1].firstElementChild, job.state);
    fillBar(row.querySelector(".bar"), job);
    cell(row, 3, count(job.issued) + " of " + count(job.expected));
    cell(row, 4, job.samples_per_second > 0 ? count(job.samples_per_second) + "/s" : "");
    cell(row, 5, time(job));
    cell(row, 6, shown(remark(job)));
    row.children[6].classList.toggle("bad", job.state === "failed");
  });
  find("jobs").hidden = jobs.length === 0;
  const none = find("no-jobs");
  none.hidden = jobs.length > 0 && list.total <= list.jobs.length;
  write(none, jobs.length > 0 ? `The newest ${list.jobs.length} of ${list.total} jobs are shown.`
    : wanted ? "No job is called so." : "No jobs yet. Hand one in: qpool submit job.yaml");
}

function showWorkers(list) {
  rows(find("workers").tBodies[0], list.workers, (worker) => worker.state + " " + worker.id, () =>
    node("tr", {}, node("td", { class: "name" }, node("span"), node("small")), node("td", {}, node("span")),
      ...[2, 3, 4, 5].map(() => node("td", { class: "number" })), node("td"),
      node("td", { class: "number" }), node("td", { class: "note wide" })),
  (row, worker) => {
    write(row.children[0].firstElementChild, shown(worker.host || worker.id));
    write(row.children[0].lastElementChild, worker.id + (worker.process ? ", process " + worker.process : ""));
    const isIdle = worker.state === "working" && worker.leases === 0;
    state(row.children[1].firstElementChild, isIdle ? "idle" : worker.state);
    const isHere = worker.quarantine === null;
    cell(row, 2, isHere ? String(worker.cores) : "", "cores");
    cell(row, 3, isHere ? worker.leases + " of " + worker.slots : "", "leases");
    cell(row, 4, worker.samples_per_second > 0 ? count(worker.samples_per_second) + "/s" : "", "rate");
    cell(row, 5, isHere ? count(worker.issued) : "", "samples");
    cell(row, 6, shown(worker.release), "version");
    cell(row, 7, isHere ? span(worker.connected_seconds) : "", "connected");
    cell(row, 8, shown(worker.quarantine || ""));
    row.children[8].classList.add("bad");
  });
  find("workers").hidden = list.workers.length === 0;
  find("no-workers").hidden = list.workers.length > 0;
}

function facts(element, entries) {
  rows(element, entries, (entry) => entry[0], (entry) => node("div", {}, node("dt", {}, entry[0]), node("dd")),
    (row, entry) => write(row.lastElementChild, entry[1]));
}

function showPool(pool) {
  write(find("coordinator"), `${shown(pool.name)}, version ${pool.release}`);
  const alarm = find("alarm");
  alarm.hidden = !pool.store_failure && !pool.restoring;
  write(alarm, pool.store_failure ? "The store takes nothing: " + shown(pool.store_failure)
    : pool.restoring ? plural(pool.restoring, "job") + " of the store being read" : "");
  const workers = pool.workers.working + pool.workers.idle + pool.workers.draining;
  facts(find("tiles"), [["running", String(pool.jobs.running + pool.jobs.finishing)],
    ["queued", String(pool.jobs.queued)], ["workers", String(workers)], ["cores", String(pool.cores)],
    ["samples a second", pool.samples_per_second > 0 ? count(pool.samples_per_second) : "0"],
    ["leases under way", String(pool.leases)]]);
}

/// Says aloud, for whoever does not see the page, that a job has ended.
function say(jobs) {
  for (const job of jobs) {
    const before = lastStates.get(job.id);
    if (before && before !== job.state && ["done", "failed", "cancelled"].includes(job.state)) {
      write(find("said"), `${shown(job.name || job.id)}: ${job.state}`);
    }
    lastStates.set(job.id, job.state);
  }
}

// MARK: a job

function showJob(job) {
  const name = shown(job.name || job.id);
  document.title = (job.state === "running" ? percent(job) + " " : "") + name + " – Quantilizer Pool";
  write(find("job-name"), name);
  state(find("job-state"), job.state);
  const progress = find("job-progress");
  if (!progress.firstElementChild) progress.append(bar("progress"));
  fillBar(progress.firstElementChild, job);
  find("job-failure").hidden = !job.failure;
  write(find("job-failure"), shown(job.failure || ""));
  find("job-warnings").hidden = job.warnings.length === 0;
  rows(find("job-warnings"), job.warnings, (text) => text, (text) => node("li", {}, shown(text)), () => {});
  const course = job.course;
  facts(find("job-facts"), [["samples", `${count(job.issued)} of ${count(job.expected)}`],
    ["rate", job.samples_per_second > 0 ? count(job.samples_per_second) + "/s" : "–"],
    ["time left", job.remaining_seconds === null ? "–" : span(job.remaining_seconds)],
    ["worked", span(job.elapsed_seconds) || "–"], ["round", String(job.round + 1)],
    ["workers", String(job.workers)], ["leases under way", String(job.leases)],
    ["priority", String(job.priority)], ["id", job.id], ["owner", job.owner ? shown(job.owner) : "–"],
    ["accepted", moment(job.accepted_at)], ["job digest", job.job_digest.slice(0, 16)]]);
  drawThreshold(course.thresholds);
  drawSpread(course.histogram, course.thresholds);
  drawTimeline(job, course);
  rows(find("events"), folded(course.events).reverse(), (event) => event.at + event.text, (event) =>
    node("li", { class: event.warning ? "bad" : "" }, node("time", {}, clock(event.at)), node("span")),
  (row, event) => write(row.lastElementChild, shown(event.text) + (event.times > 1 ? ` (${event.times} times)` : "")));
  const where = latest.pool.endpoint && !/0\.0\.0\.0|\[::\]|127\.0\.0\.1:7411$/.test(latest.pool.endpoint)
    ? " --connect " + latest.pool.endpoint : "";
  const verbs = { running: ["watch", "wait", "cancel"], queued: ["watch", "cancel"], finishing: ["watch"],
    done: ["result"], failed: ["retry", "forget"], cancelled: ["retry", "forget"] }[job.state];
  rows(find("lines"), verbs.map((verb) => `qpool ${verb} ${job.id}${where}`), (line) => line, (line) => {
    const button = node("button", { type: "button", "aria-label": "Copy: " + line }, "Copy");
    button.addEventListener("click", () => copy(line, button));
    return node("li", {}, node("code", {}, line), button);
  }, () => {});
  write(find("job-text"), job.text);
}

/// Events, with those that say the same one after another as one.
function folded(events) {
  const found = [];
  for (const event of events) {
    const last = found[found.length - 1];
    if (last && last.text === event.text) last.times += 1; else found.push({ ...event, times: 1 });
  }
  return found;
}

async function copy(text, button) {
  try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; }
  catch { button.textContent = "Mark it and copy by hand"; }
  setTimeout(() => { button.textContent = button.id ? "Copy the text" : "Copy"; }, 1500);
}

// MARK: updates

function live(isOn, text) {
  const element = find("live");
  element.className = "live " + (isOn ? "on" : "off");
  write(element, text);
}

function take(data, show) {
  latest = data;
  live(true, "live");
  write(find("updated"), "as of " + new Date().toLocaleTimeString());
  showPool(data.pool);
  show(data);
}

function connect() {
  clearTimeout(retryTimer);
  if (source) source.close();
  source = new EventSource("/api/v1/events" + (topic ? "?job=" + encodeURIComponent(topic) : ""));
  const mine = source;
  const on = (name, action) => source.addEventListener(name, (event) => {
    if (mine === source) action(JSON.parse(event.data));
  });
  on("pool", (data) => take(data, () => {
    document.title = "Quantilizer Pool";
    showJobs(data.jobs); showWorkers(data.workers); say(data.jobs.jobs);
  }));
  on("job", (data) => take(data, () => { find("job").hidden = false; showJob(data.job); say([data.job]); }));
  on("gone", () => {
    live(true, "live");
    find("job").hidden = true;
    find("alarm").hidden = false;
    write(find("alarm"), "The coordinator does not show a job " + topic + ": it was forgotten, or is one of many that ended.");
  });
  source.onopen = () => { if (mine === source) live(true, "live"); };
  source.onerror = () => {
    if (mine !== source) return;
    live(false, "connection lost, trying again");
    // The browser tries by itself, but for answers that are no stream.
    if (source.readyState === EventSource.CLOSED) retryTimer = setTimeout(connect, 2000);
  };
}

function route() {
  const match = /^#\/jobs\/(.+)$/.exec(location.hash);
  if (location.hash === "#main") return;
  topic = match ? decodeURIComponent(match[1]) : null;
  find("overview").hidden = topic !== null;
  find("job").hidden = true;
  find("alarm").hidden = true;
  for (const id of ["events", "lines", "job-warnings"]) find(id).replaceChildren();
  connect();
  if (document.activeElement && document.activeElement !== document.body) find("main").focus();
}

addEventListener("hashchange", route);
addEventListener("resize", () => { if (topic && latest && latest.job) showJob(latest.job); });
// A page that nobody sees costs the coordinator nothing.
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = setTimeout(() => { if (source) source.close(); source = null; }, 10000);
  } else if (!source) connect();
});
find("filter").addEventListener("input", () => { if (latest && latest.jobs) showJobs(latest.jobs); });
find("copy-text").addEventListener("click", () => copy(find("job-text").textContent, find("copy-text")));
route();
