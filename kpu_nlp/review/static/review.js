// The page of a review: one article at a time, every change saved at once.

import * as api from "./api.js";
import { lineAt, moveEdge, nearestEdge, overlaps, placeEdge, room, withSpan, wordsOf } from "./edges.js";
import { emptyRow, readFacts, showFacts } from "./facts.js";
import { showArticles, showLabels, showSlips } from "./lists.js";
import { TextView } from "./text.js";

const $ = (id) => document.getElementById(id);
const TONES = 16;
const TYPING_PAUSE = 500; // milliseconds
const UNDONE = 200; // changes that can be taken back

const session = { articles: [], labels: new Map() };
// The article that is shown: what the server has of it, and what the person has made of it.
const shown = { id: null, text: "", version: null, state: null, slips: [], unsaved: false, now: null, current: null, before: [], after: [] };
let view;
let saving = null;
let waiting = false;
let typing = null;

// ---- what is shown

function showCurrent() {
  const { current, now, text } = shown;
  for (const button of $("labels").children) button.setAttribute("aria-pressed", String(button.dataset.label === current?.label));
  for (const button of document.querySelectorAll("[data-edge], #remove")) {
    if (button.tagName === "BUTTON") button.disabled = !current || (button.id === "remove" && !current.label);
  }
  if (!current) {
    $("current").textContent = "Click a span, or select text and choose a label.";
    return;
  }
  const surface = text.slice(current.start, current.end);
  const doubt = current.score < 1 ? `, ${Math.floor(current.score * 100)} % sure` : "";
  const place = current.label ? `${current.label}${doubt}, ${now.spans.indexOf(current) + 1} of ${now.spans.length}` : "selected";
  $("current").textContent = `${surface} (${place})`;
}

function show({ facts = true } = {}) {
  view.mark(shown.now.spans, shown.current);
  if (facts) showFacts($("facts"), shown.now.facts, themeNames());
  $("name").textContent = shown.id;
  $("state").textContent = shown.state;
  $("accept").textContent = shown.state === "accepted" ? "Accepted: go on" : "Accept and go on";
  $("undo").disabled = !shown.before.length;
  $("redo").disabled = !shown.after.length;
  const at = session.articles.findIndex((one) => one.id === shown.id);
  $("previous").disabled = at <= 0;
  $("next").disabled = at >= session.articles.length - 1;
  showSlips(shown.slips);
  showCurrent();
}

function tell(problem) {
  $("problem").hidden = !problem;
  $("problem-text").textContent = problem ?? "";
}

const themeNames = () => [...session.labels.values()].filter((label) => label.theme).map((label) => label.name.toLowerCase());

// ---- what is changed

function taken(document, { again = false } = {}) {
  shown.version = document.version;
  shown.state = document.state;
  shown.slips = document.slips;
  if (again) {
    shown.now = { spans: document.spans, facts: document.facts };
    shown.current = null;
  }
  const listed = session.articles.find((one) => one.id === document.id);
  if (listed && listed.state !== document.state) {
    listed.state = document.state;
    showArticles(session.articles, shown.id);
  }
}

function change(next, current = shown.current) {
  shown.before.push(shown.now);
  if (shown.before.length > UNDONE) shown.before.shift();
  shown.after = [];
  shown.now = { ...shown.now, ...next };
  shown.current = current;
  show({ facts: "facts" in next });
  save();
}

function changeSpans(spans, current) {
  const before = marked(shown.now.spans);
  const after = marked(spans);
  const facts = shown.now.facts;
  if (before.join() === after.join()) change({ spans }, current);
  else {
    // A theme is told where a span carries it; what the form says of other themes stays.
    const themes = [...facts.themes.filter((theme) => after.includes(theme) || !before.includes(theme))];
    for (const theme of after) if (!themes.includes(theme)) themes.push(theme);
    change({ spans, facts: { ...facts, themes } }, current);
  }
}

const marked = (spans) => themeNames().filter((theme) => spans.some((span) => span.label.toLowerCase() === theme));

function travel(from, to) {
  if (!from.length) return;
  to.push(shown.now);
  shown.now = from.pop();
  shown.current = null;
  show();
  save();
}

// One save at a time; what changes meanwhile goes with the next, which is made from the version that the first one gave.
function save() {
  waiting = true;
  saving ??= (async () => {
    $("saved").textContent = "Saving …";
    try {
      while (waiting) {
        waiting = false;
        await saveOnce();
      }
      shown.unsaved = false;
      $("saved").textContent = "All changes saved";
    } catch (problem) {
      waiting = false;
      shown.unsaved = true;
      $("saved").textContent = "Not saved";
      failed(problem);
    } finally {
      saving = null;
    }
    showSlips(shown.slips);
    $("state").textContent = shown.state;
  })();
  return saving;
}

async function saveOnce() {
  const { spans, facts } = shown.now;
  const bare = spans.map(({ start, end, label }) => ({ start, end, label }));
  taken(await api.save(shown.id, { version: shown.version, spans: bare, facts }));
}

function failed(problem) {
  if (problem.document) {
    // Somebody else was faster: what stands in the file is shown, and nothing of it is overwritten.
    taken(problem.document, { again: true });
    Object.assign(shown, { before: [], after: [], unsaved: false });
    show();
    tell("This article was changed in another tab or program. Your last change was not saved; you see what stands now.");
    $("saved").textContent = "Shown as it stands";
    return;
  }
  tell(problem.status ? `Not saved: ${problem.message}` : problem.message);
}

// ---- from article to article

// Whether everything is saved; a change that could not be saved is never left behind.
async function settled() {
  if (typing !== null) keepFacts();
  await saving;
  if (shown.unsaved) tell("This article has a change that could not be saved. Mend it, or undo it, first.");
  return !shown.unsaved;
}

async function open(id) {
  if (!(await settled())) return;
  try {
    const found = await api.open(id);
    Object.assign(shown, { id, text: found.text, before: [], after: [] });
    view.show(found.text);
    taken(found, { again: true });
    history.replaceState(null, "", `#${encodeURIComponent(id)}`);
    show();
    tell(null);
    $("saved").textContent = "";
    showArticles(session.articles, shown.id);
    document.title = `${id} · Review`;
    document.querySelector("main").scrollTop = 0;
    document.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  } catch (problem) {
    failed(problem);
  }
}

function neighbour(step) {
  const at = session.articles.findIndex((one) => one.id === shown.id);
  const other = session.articles[at + step];
  return other ? open(other.id) : undefined;
}

async function accept() {
  if (!(await settled())) return;
  try {
    if (shown.state !== "accepted") taken(await api.accept(shown.id, shown.version, true));
    const at = session.articles.findIndex((one) => one.id === shown.id);
    const rest = [...session.articles.slice(at + 1), ...session.articles.slice(0, at)];
    const next = rest.find((one) => one.state !== "accepted");
    if (next) await open(next.id);
    else {
      show();
      $("saved").textContent = "All articles are accepted";
    }
  } catch (problem) {
    failed(problem);
  }
}

// ---- commands on a span

function pick(span, reveal = false) {
  shown.current = span;
  show({ facts: false });
  if (reveal) view.reveal(span);
}

function label(name) {
  const { current, now } = shown;
  if (!current || current.label === name) return;
  const span = { start: current.start, end: current.end, label: name, score: 1 };
  changeSpans(withSpan(now.spans, span), span);
}

function remove() {
  const { current, now } = shown;
  if (current?.label) changeSpans(now.spans.filter((span) => span !== current), null);
}

function replaceCurrent(span) {
  const { current, now } = shown;
  if (span === current) return;
  if (current.label) changeSpans(now.spans.map((one) => (one === current ? span : one)), span);
  else pick(span);
}

function move(edge, direction, unit) {
  const { current, now, text } = shown;
  if (current) replaceCurrent(moveEdge(text, now.spans, current, edge, direction, unit));
}

function drag(edge, offset, done) {
  const { current, now, text } = shown;
  if (!current) return;
  const place = offset === null ? current[edge] : nearestEdge(text, current, edge, offset);
  const span = placeEdge(current, edge, place, room(text, now.spans, current));
  if (done) {
    if (span !== current) replaceCurrent(span);
    else pick(current);
  } else {
    view.mark(current.label ? now.spans.map((one) => (one === current ? span : one)) : now.spans, span);
  }
}

// The next word, or the span that it is in.
function step(direction) {
  const { current, now, text } = shown;
  const from = current ? (direction > 0 ? current.end : current.start) : 0;
  for (let line = lineAt(text, Math.min(from, text.length)); ; ) {
    const words = wordsOf(text, line);
    const word = direction > 0 ? words.find((one) => one.start >= from) : words.findLast((one) => one.end <= from);
    if (word) return pick(now.spans.find((span) => overlaps(span, word)) ?? word, true);
    const next = direction > 0 ? line.end + 1 : line.start - 1;
    if (next < 0 || next > text.length) return undefined;
    line = lineAt(text, next);
  }
}

function jump(direction) {
  const { current, now } = shown;
  const from = current ?? { start: -1, end: 0 };
  const span = direction > 0
    ? now.spans.find((one) => one.start > from.start)
    : now.spans.findLast((one) => one.start < from.start);
  if (span) pick(span, true);
}

// ---- mouse and keyboard

const KEYS = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => jump(1),
  ArrowUp: () => jump(-1),
  Delete: remove,
  Backspace: remove,
  Escape: () => pick(null),
  Enter: accept,
  "[": () => move("start", -1),
  "]": () => move("start", 1),
  ",": () => move("end", -1),
  ".": () => move("end", 1),
  "{": () => move("start", -1, "character"),
  "}": () => move("start", 1, "character"),
  "<": () => move("end", -1, "character"),
  ">": () => move("end", 1, "character"),
};

function keyed(event) {
  if (!shown.now || event.isComposing || event.altKey) return;
  const inField = event.target.closest("input, textarea, select");
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (inField || !["z", "y"].includes(key)) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) travel(shown.after, shown.before);
    else travel(shown.before, shown.after);
    return;
  }
  if (inField || !(event.target === document.body || $("pane").contains(event.target))) return;
  if (event.shiftKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    neighbour(event.key === "ArrowUp" ? -1 : 1);
    return;
  }
  const named = [...session.labels.values()].find((one) => one.key && one.key === event.key.toLowerCase());
  const command = KEYS[event.key] ?? (named && (() => label(named.name)));
  if (!command) return;
  event.preventDefault();
  command();
}

function listen() {
  document.addEventListener("keydown", keyed);
  $("articles").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) open(button.dataset.id);
  });
  $("labels").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) label(button.dataset.label);
  });
  document.querySelector(".edges").addEventListener("click", (event) => {
    const [edge, way] = (event.target.closest("[data-edge]")?.dataset.edge ?? "").split("-");
    if (way) move(edge, way === "left" ? -1 : 1);
  });
  $("slips").addEventListener("click", (event) => {
    const line = event.target.closest("button")?.dataset.line;
    if (line !== undefined) view.revealLine(Number(line));
    else $("facts").scrollIntoView();
  });
  for (const [id, command] of Object.entries({
    remove,
    accept,
    previous: () => neighbour(-1),
    next: () => neighbour(1),
    undo: () => travel(shown.before, shown.after),
    redo: () => travel(shown.after, shown.before),
    "problem-done": () => tell(null),
    link: fillIn,
  })) {
    $(id).addEventListener("click", command);
  }
  $("facts").addEventListener("submit", (event) => event.preventDefault());
  $("facts").addEventListener("input", typed);
  $("facts").addEventListener("change", (event) => changeFacts(event));
  $("facts").addEventListener("click", (event) => changeRows(event));
  window.addEventListener("beforeunload", (event) => {
    if (typing !== null) keepFacts();
    if (saving || shown.unsaved) event.preventDefault();
  });
}

async function fillIn() {
  try {
    const bare = shown.now.spans.map(({ start, end, label }) => ({ start, end, label }));
    change({ facts: await api.link(shown.id, bare) });
  } catch (problem) {
    failed(problem);
  }
}

// A pause in typing is a change, too: who closes the page in the middle of a field loses nothing.
function typed() {
  clearTimeout(typing);
  typing = setTimeout(keepFacts, TYPING_PAUSE);
}

function keepFacts() {
  clearTimeout(typing);
  typing = null;
  const facts = readFacts($("facts"));
  if (JSON.stringify(facts) === JSON.stringify(shown.now.facts)) return;
  shown.before.push(shown.now);
  shown.after = [];
  shown.now = { ...shown.now, facts };
  $("undo").disabled = false;
  $("redo").disabled = true;
  save();
}

function changeFacts(event) {
  keepFacts();
  // The speakers to choose from follow the names; everything else of the form stands already, with the focus in it.
  if (event.target.name === "name") {
    const at = [...$("facts").elements].indexOf(document.activeElement);
    showFacts($("facts"), shown.now.facts, themeNames());
    $("facts").elements[at]?.focus();
  }
}

function changeRows(event) {
  const { add } = event.target.dataset;
  const row = event.target.closest("[data-remove]")?.closest(".row");
  if (add) {
    const facts = readFacts($("facts"));
    const list = add === "official" ? "officials" : "quotes";
    showFacts($("facts"), { ...facts, [list]: [...facts[list], emptyRow[add]] }, themeNames());
    [...$("facts").querySelectorAll(`[data-row="${add}"]`)].at(-1).querySelector("input").focus();
  } else if (row) {
    row.remove();
    change({ facts: readFacts($("facts")) });
  }
}

async function begin() {
  $("saved").textContent = "Loading …";
  const known = await api.start();
  session.articles = known.articles;
  session.labels = new Map(known.labels.map((one, number) => [one.name, { ...one, tone: number % TONES }]));
  $("model").textContent = known.model;
  view = new TextView($("text"), document.querySelector("main"), session.labels, {
    select: (range) => pick(range && (shown.now.spans.find((span) => span.start === range.start && span.end === range.end) ?? range)),
    pick: (span) => pick(span),
    drag,
  });
  showLabels([...session.labels.values()]);
  listen();
  const asked = decodeURIComponent(location.hash.slice(1));
  await open(session.articles.some((one) => one.id === asked) ? asked : session.articles[0].id);
  $("pane").focus({ preventScroll: true });
}

begin().catch((problem) => tell(problem.message));
