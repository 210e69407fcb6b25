// The form of an article's facts.

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "value" || key === "checked") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const field = (title, name, value, more = {}) => make("label", {}, title, make("input", { name, value, ...more }));
const box = (title, name, checked, value = "on") =>
  make("label", { class: "inline" }, make("input", { type: "checkbox", name, value, checked }), title);
const removal = (title) => make("button", { type: "button", "data-remove": "", "aria-label": title }, "Remove");

function officialRow(official, number) {
  const row = make("div", { class: "row", "data-row": "official", "data-was": official.name, role: "group", "aria-label": `Official ${number}` });
  const roles = make("textarea", { name: "roles", rows: Math.max(1, official.roles.length), value: official.roles.join("\n") });
  row.append(
    field("Name, without titles", "name", official.name),
    make("label", {}, "Roles, one a line: title @ organisation", roles),
    make("div", { class: "row-end" }, box("Spoke", "spoke", official.spoke), removal(`Remove official ${official.name || number}`)),
  );
  return row;
}

function quoteRow(quote, names, number) {
  const row = make("div", { class: "row", "data-row": "quote", role: "group", "aria-label": `Quotation ${number}` });
  const select = make("select", { name: "speaker" });
  // A speaker who is no official stays to be seen; the check tells of it.
  for (const name of new Set(["", ...names, quote.speaker])) select.append(make("option", { value: name }, name || "(not told)"));
  select.value = quote.speaker;
  row.append(
    field("First three to six words", "starts", quote.starts),
    make("label", {}, "Speaker", select),
    make("div", { class: "row-end" }, make("span"), removal(`Remove quotation ${number}`)),
  );
  return row;
}

function group(title, ...children) {
  return make("fieldset", {}, make("legend", {}, title), ...children);
}

// Show facts; themes are the names that may be ticked.
export function showFacts(form, facts, themes) {
  const { venue } = facts;
  const names = facts.officials.map((official) => official.name);
  const all = [...new Set([...themes, ...facts.themes])];
  const date = { placeholder: "2024-09-19T19:30+08:00" };
  form.replaceChildren(
    group(
      "Event",
      field("Name", "event", facts.event),
      field("Start: date, or date and time with +07:00, +08:00 or +09:00", "start", facts.start, date),
      field("End: the same, or open", "end", facts.end),
      field("Published", "published", facts.published, { placeholder: "2024-09-19" }),
    ),
    group("Venue", field("Name", "venue-name", venue.name), field("Address", "venue-address", venue.address), field("Place", "venue-place", venue.place)),
    group(
      `Officials (${names.length})`,
      ...facts.officials.map((official, at) => officialRow(official, at + 1)),
      make("button", { type: "button", "data-add": "official" }, "Add an official"),
    ),
    group("Themes", ...all.map((theme) => box(theme, "theme", facts.themes.includes(theme), theme))),
    group(
      `Quotations (${facts.quotes.length})`,
      ...facts.quotes.map((quote, at) => quoteRow(quote, names, at + 1)),
      make("button", { type: "button", "data-add": "quote" }, "Add a quotation"),
    ),
  );
}

// What the form says. A name that was changed is changed where it is a speaker, too.
export function readFacts(form) {
  const value = (name) => form.elements[name].value;
  const within = (row, name) => row.querySelector(`[name="${name}"]`);
  const rows = (kind) => [...form.querySelectorAll(`[data-row="${kind}"]`)];
  const renamed = new Map();
  const officials = rows("official").map((row) => {
    const name = within(row, "name").value;
    if (row.dataset.was) renamed.set(row.dataset.was, name);
    const roles = within(row, "roles").value.split("\n").filter((role) => role.trim());
    return { name, roles, spoke: within(row, "spoke").checked };
  });
  const quotes = rows("quote").map((row) => {
    const speaker = within(row, "speaker").value;
    return { starts: within(row, "starts").value, speaker: renamed.get(speaker) ?? speaker };
  });
  return {
    published: value("published"),
    event: value("event"),
    start: value("start"),
    end: value("end"),
    venue: { name: value("venue-name"), address: value("venue-address"), place: value("venue-place") },
    officials,
    themes: [...form.querySelectorAll('[name="theme"]:checked')].map((one) => one.value),
    quotes,
  };
}

export const emptyRow = {
  official: { name: "", roles: [], spoke: false },
  quote: { starts: "", speaker: "" },
};
