"use strict";
(() => {
  const panel = document.getElementById("facts");
  const status = document.getElementById("status");
  const names = (element, list) => (element.dataset[list] || "").split(" ").filter(Boolean);

  // A mark that was cut stands there in several parts under one name.
  const parts = new Map();
  for (const element of document.querySelectorAll("[data-mark]")) {
    const name = element.dataset.mark;
    if (!parts.has(name)) parts.set(name, []);
    parts.get(name).push(element);
  }

  let bright = [];
  function add(elements, style) {
    for (const element of elements) {
      element.classList.add(style);
      bright.push(element);
    }
  }
  function clear() {
    for (const element of bright) element.classList.remove("lit", "kin");
    bright = [];
    status.textContent = "";
  }

  // Bring a fact into view inside its own column, but never move the page under the reader's pointer.
  function reveal(fact) {
    if (panel.scrollHeight <= panel.clientHeight) return;
    const [outer, inner] = [panel.getBoundingClientRect(), fact.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) panel.scrollTop += inner.top - outer.top - outer.height / 4;
  }

  function lightFact(fact) {
    add([fact], "lit");
    for (const name of names(fact, "marks")) add(parts.get(name), "lit");
  }
  function lightMark(mark) {
    add(parts.get(mark.dataset.mark), "lit");
    const facts = names(mark, "facts").map((name) => document.getElementById(name));
    add(facts, "lit");
    for (const fact of facts) {
      for (const name of names(fact, "marks")) if (name !== mark.dataset.mark) add(parts.get(name), "kin");
    }
    if (facts.length) reveal(facts[0]);
    status.textContent = mark.getAttribute("aria-label");
  }
  function lightKey(key) {
    const label = key.dataset.key;
    for (const elements of parts.values()) if (elements[0].dataset.label === label) add(elements, "lit");
    status.textContent = key.title;
  }

  // What a pointer or the focus is on: a card, an entry of the legend, or the innermost mark, preferably one with facts.
  function source(target) {
    if (!(target instanceof Element)) return null;
    const other = target.closest(".fact, .key");
    if (other) return other;
    const inner = target.closest("[data-mark]");
    for (let one = inner; one; one = one.parentElement.closest("[data-mark]")) {
      const first = parts.get(one.dataset.mark)[0];
      if (names(first, "facts").length) return first;
    }
    return inner && parts.get(inner.dataset.mark)[0];
  }

  const at = { hover: null, focus: null, pinned: null };
  function show() {
    clear();
    const one = at.hover || at.focus || at.pinned;
    if (!one) return;
    if (one.matches(".fact")) lightFact(one);
    else if (one.matches(".key")) lightKey(one);
    else lightMark(one);
  }
  function set(place, element) {
    if (at[place] === element) return;
    at[place] = element;
    show();
  }
  function pin(key) {
    for (const other of document.querySelectorAll(".key[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    if (key) key.setAttribute("aria-pressed", "true");
    set("pinned", key);
  }

  function goTo(element, move) {
    if (!element) return;
    if (move) element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
    const box = element.getBoundingClientRect();
    if (element.closest(".text") && (box.top < 80 || box.bottom > innerHeight - 80)) element.scrollIntoView({ block: "center" });
  }
  const firstMark = (fact) => names(fact, "marks").map((name) => parts.get(name)[0])[0];
  const firstFact = (mark) => document.getElementById(names(mark, "facts")[0]);

  document.addEventListener("mouseover", (event) => set("hover", source(event.target)));
  document.documentElement.addEventListener("mouseleave", () => set("hover", null));
  // A mark that has the focus is meant itself, whatever lies around it.
  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest("[data-mark]");
    set("focus", mark || source(event.target));
  });
  document.addEventListener("focusout", () => set("focus", null));
  document.addEventListener("click", (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    const key = event.target.closest(".key");
    if (key) pin(key.getAttribute("aria-pressed") === "true" ? null : key);
    const fact = event.target.closest(".fact");
    if (fact) goTo(firstMark(fact), false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      Object.assign(at, { hover: null, focus: null });
      pin(null);
      show();
    } else if (event.key === "Enter" && event.target.matches(".fact")) {
      goTo(firstMark(event.target), true);
    } else if (event.key === "Enter" && event.target.matches("[data-mark]")) {
      goTo(firstFact(event.target), true);
    }
  });
})();
