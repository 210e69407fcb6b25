// Where a span may begin and end: words as the model reads them, inside one line, never over another span.
// Offsets count UTF-16 code units, as the browser does.

const WORD = /[\p{L}\p{N}\p{M}]+|[^\s]/gu;

// A letter with what belongs to it is one character: an edge never lies inside.
const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function lineAt(text, offset) {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return { start, end: end < 0 ? text.length : end };
}

export function wordsOf(text, line) {
  const words = [];
  for (const found of text.slice(line.start, line.end).matchAll(WORD)) {
    words.push({ start: line.start + found.index, end: line.start + found.index + found[0].length });
  }
  return words;
}

// No span begins or ends with a space.
function charactersOf(text, line) {
  const found = [];
  for (const one of characters.segment(text.slice(line.start, line.end))) {
    if (one.segment.trim()) found.push({ start: line.start + one.index, end: line.start + one.index + one.segment.length });
  }
  return found;
}

// The free room around a span: from the end of the span before it in its line to the start of the next.
export function room(text, spans, span) {
  const { start, end } = lineAt(text, span.start);
  let [from, to] = [start, end];
  for (const other of spans) {
    if (other === span) continue;
    if (other.end <= span.start) from = Math.max(from, other.end);
    else if (other.start >= span.end) to = Math.min(to, other.start);
  }
  return { start: from, end: to };
}

// Move one edge to the next place in a direction; the span as it is where there is none.
export function moveEdge(text, spans, span, edge, direction, unit = "word") {
  const free = room(text, spans, span);
  const line = lineAt(text, span.start);
  const units = unit === "word" ? wordsOf(text, line) : charactersOf(text, line);
  const places = units.map((one) => one[edge]);
  const now = span[edge];
  const place = direction > 0 ? places.find((one) => one > now) : places.findLast((one) => one < now);
  return place === undefined ? span : placeEdge(span, edge, place, free);
}

export function placeEdge(span, edge, place, free) {
  const moved = { ...span, score: 1, [edge]: place };
  const inside = moved.start >= free.start && moved.end <= free.end && moved.start < moved.end;
  return inside && place !== span[edge] ? moved : span;
}

// The edge nearest to an offset at which a word begins or ends.
export function nearestEdge(text, span, edge, offset) {
  let best = span[edge];
  for (const word of wordsOf(text, lineAt(text, span.start))) {
    if (Math.abs(word[edge] - offset) < Math.abs(best - offset)) best = word[edge];
  }
  return best;
}

// What a selection marks: its part in the line where it begins, without spaces around it; null where nothing is left.
export function clean(text, start, end) {
  while (start < end && /\s/.test(text[start])) start += 1;
  end = Math.min(end, lineAt(text, start).end);
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  return start < end ? { start, end } : null;
}

export const overlaps = (one, other) => one.start < other.end && other.start < one.end;

// All spans with one more, in text order; those that it overlaps give way to it.
export const withSpan = (spans, span) =>
  [...spans.filter((other) => !overlaps(other, span)), span].sort((one, other) => one.start - other.start);
