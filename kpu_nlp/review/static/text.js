// The article's text with its marks: selecting by @recogito/text-annotator, which also knows where on the page each mark lies.

import { clean } from "./edges.js";

// The build for browsers asks for the setting of a bundler that it was not run through.
globalThis.process ??= { env: { NODE_ENV: "production" } };

const { createRenderer, createTextAnnotator, Origin } = window.RecogitoJS;
const PENDING = "pending";
const LOW = 0.9; // as on the page of kpu-nlp show
const idOf = (span) => `${span.start}-${span.end}`;

export class TextView {
  // told.select(range | null), told.pick(span), told.drag(edge, offset, done)
  constructor(container, scroller, labels, told) {
    Object.assign(this, { container, scroller, labels, told });
    this.text = "";
    this.lines = [];
    this.starts = [];
    this.spans = new Map();
    this.current = null;
    this.marks = document.createElement("div");
    this.marks.id = "marks";
    this.handles = document.createElement("div");
    this.handles.id = "handles";
    this.handles.className = "not-annotatable"; // the library's name for what is no text
    container.append(this.marks, this.handles);
    this.annotator = createTextAnnotator(container, {
      renderer: (element, state, viewport) => createRenderer(this.painter(), element, state, viewport),
      userSelectAction: "NONE",
    });
    this.store = this.annotator.state.store;
    this.annotator.on("createAnnotation", (made) => this.selected(made));
    container.addEventListener("pointerdown", () => { this.made = false; });
    container.addEventListener("click", (event) => this.clicked(event));
    this.handles.addEventListener("pointerdown", (event) => this.grab(event));
  }

  show(text) {
    this.text = text;
    this.store.clear(Origin.REMOTE);
    this.spans.clear();
    this.current = null;
    for (const line of this.lines) line.remove();
    this.starts = [];
    const fragment = document.createDocumentFragment();
    let start = 0;
    this.lines = text.split(/(?<=\n)/).map((content, number) => {
      const line = document.createElement("div");
      line.className = "line";
      line.dataset.line = number;
      line.textContent = content; // text, whatever markup it holds
      this.starts.push(start);
      start += content.length;
      fragment.append(line);
      return line;
    });
    this.container.prepend(fragment);
    getSelection().removeAllRanges();
  }

  // Show spans, and which of them (or which stretch beside them) is meant by the next command.
  mark(spans, current) {
    const wanted = new Map(spans.map((span) => [idOf(span), span]));
    const pending = current !== null && !wanted.has(idOf(current));
    const gone = [...this.spans.keys()].filter((id) => !wanted.has(id));
    const come = spans.filter((span) => !this.spans.has(idOf(span)));
    if (this.store.getAnnotation(PENDING)) gone.push(PENDING);
    for (const id of gone) this.store.deleteAnnotation(id, Origin.REMOTE);
    const fresh = come.map((span) => this.annotation(idOf(span), span));
    if (pending) fresh.push(this.annotation(PENDING, current));
    if (fresh.length) this.store.bulkAddAnnotations(fresh, false, Origin.REMOTE);
    this.spans = wanted;
    this.current = current;
    this.annotator.renderer.redraw(true);
  }

  annotation(id, span) {
    const range = this.range(span);
    const selector = { quote: this.text.slice(span.start, span.end), start: span.start, end: span.end, range };
    return { id, bodies: [], target: { annotation: id, selector: [selector], created: new Date(0) } };
  }

  range({ start, end }) {
    const range = document.createRange();
    range.setStart(...this.position(start, false));
    range.setEnd(...this.position(end, true));
    return range;
  }

  // The text node of an offset, and the offset in it; at a line's edge that of the line before, for the end of a range.
  position(offset, ending) {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] < offset || (!ending && this.starts[middle] === offset)) low = middle;
      else high = middle - 1;
    }
    return [this.lines[low].firstChild, offset - this.starts[low]];
  }

  offset(node, inside) {
    const line = node.parentElement?.closest(".line");
    return line && this.container.contains(line) ? this.starts[Number(line.dataset.line)] + inside : null;
  }

  // The text that somebody selected comes as an annotation of the library's own, which is not kept.
  selected(made) {
    this.made = true;
    const parts = made.target.selector;
    const [start, end] = [Math.min(...parts.map((part) => part.start)), Math.max(...parts.map((part) => part.end))];
    setTimeout(() => { // the library still asks for it
      this.store.deleteAnnotation(made.id, Origin.REMOTE);
      getSelection().removeAllRanges();
      this.told.select(clean(this.text, start, end));
    });
  }

  clicked(event) {
    if (this.made || !getSelection().isCollapsed) return;
    const { x, y } = this.container.getBoundingClientRect();
    const hit = this.store.getAt(event.clientX - x, event.clientY - y, false);
    const span = hit && this.spans.get(hit.id);
    if (span) this.told.pick(span);
    else if (hit?.id !== PENDING) this.told.select(null);
  }

  grab(event) {
    const handle = event.target.closest(".handle");
    if (!handle) return;
    event.preventDefault();
    event.stopPropagation();
    const { edge } = handle.dataset;
    const layer = this.handles;
    let last = null;
    const follow = (moved) => {
      for (const one of layer.children) one.style.pointerEvents = "none";
      const found = caretAt(moved.clientX, moved.clientY);
      for (const one of layer.children) one.style.pointerEvents = "";
      const offset = found && this.offset(found.node, found.offset);
      if (offset !== null && offset !== undefined) this.told.drag(edge, (last = offset), false);
    };
    const done = (ended) => {
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", done);
      document.removeEventListener("pointercancel", done);
      this.told.drag(edge, ended.type === "pointerup" ? last : null, true);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", done);
    document.addEventListener("pointercancel", done);
  }

  reveal(span) {
    if (!span) return;
    const box = this.range(span).getBoundingClientRect();
    const frame = this.scroller.getBoundingClientRect();
    if (box.top < frame.top + 20 || box.bottom > frame.bottom - 40) {
      this.scroller.scrollBy({ top: box.top - frame.top - frame.height / 3 });
    }
  }

  revealLine(number) {
    this.lines[number]?.scrollIntoView({ block: "center" });
  }

  // Draws what the library says is in view.
  painter() {
    return {
      redraw: (highlights) => {
        const marks = [];
        const handles = [];
        for (const { annotation, rects } of highlights) {
          const span = this.spans.get(annotation.id) ?? (annotation.id === PENDING ? this.current : null);
          if (!span) continue;
          const current = this.current !== null && idOf(span) === idOf(this.current);
          rects.forEach((rect, part) => marks.push(this.box(span, rect, part, current)));
          if (current) handles.push(handle("start", rects[0], 0), handle("end", rects.at(-1), rects.at(-1).width));
        }
        this.marks.replaceChildren(...marks);
        if (!this.handles.matches(":active")) this.handles.replaceChildren(...handles);
      },
      setVisible: (visible) => { this.marks.hidden = !visible; },
      destroy: () => this.marks.replaceChildren(),
    };
  }

  box(span, rect, part, current) {
    const box = document.createElement("div");
    const label = this.labels.get(span.label);
    box.className = span.label ? `mark tint t${label?.tone ?? 0}` : "mark pending";
    box.classList.toggle("theme", Boolean(label?.theme));
    box.classList.toggle("low", span.score < LOW);
    box.classList.toggle("current", current);
    if (part === 0 && span.label) box.dataset.label = span.label;
    place(box, rect);
    return box;
  }
}

function handle(edge, rect, along) {
  const grip = document.createElement("div");
  grip.className = "handle";
  grip.dataset.edge = edge;
  place(grip, { x: rect.x + along, y: rect.y, height: rect.height });
  return grip;
}

function place(element, { x, y, width, height }) {
  element.style.left = `${x}px`;
  element.style.top = `${y}px`;
  element.style.height = `${height}px`;
  if (width !== undefined) element.style.width = `${width}px`;
}

function caretAt(x, y) {
  if (document.caretPositionFromPoint) {
    const found = document.caretPositionFromPoint(x, y);
    return found && { node: found.offsetNode, offset: found.offset };
  }
  const found = document.caretRangeFromPoint?.(x, y);
  return found && { node: found.startContainer, offset: found.startOffset };
}
