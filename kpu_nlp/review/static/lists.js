// The lists of the page: articles, labels, slips. What comes from an article is set as text, never as markup.

const $ = (id) => document.getElementById(id);

function button(more) {
  const made = document.createElement("button");
  made.type = "button";
  Object.assign(made.dataset, more);
  return made;
}

function row(...children) {
  const made = document.createElement("li");
  made.append(...children);
  return made;
}

export function showArticles(articles, current) {
  const count = (state) => articles.filter((one) => one.state === state).length;
  $("progress").textContent = `${count("accepted")} accepted, ${count("changed")} changed, ${count("to do")} to do`;
  const rows = articles.map((one) => {
    const choice = button({ id: one.id });
    const more = document.createElement("small");
    more.textContent = `${one.state} · doubt ${one.uncertainty.toFixed(3)}`;
    more.title = "How unsure the model is: mean entropy of the words' labels, in nats";
    choice.append(one.title, more);
    if (one.id === current) choice.setAttribute("aria-current", "true");
    return row(choice);
  });
  $("articles").replaceChildren(...rows);
}

export function showLabels(labels) {
  const choices = labels.map((label) => {
    const choice = button({ label: label.name });
    choice.className = `tint t${label.tone}${label.theme ? " theme" : ""}`;
    choice.title = `${label.definition}${label.key ? ` (key ${label.key})` : ""}`;
    choice.setAttribute("aria-pressed", "false");
    if (label.key) choice.setAttribute("aria-keyshortcuts", label.key);
    choice.append(...withKey(label));
    return choice;
  });
  $("labels").replaceChildren(...choices);
}

// A label's name, the letter that is its key underlined; a key that is no letter of it stands behind.
function withKey({ name, key }) {
  const at = name.toLowerCase().indexOf(key);
  if (!key) return [name];
  if (at < 0) return [`${name} ${key}`];
  const letter = document.createElement("u");
  letter.textContent = name[at];
  return [name.slice(0, at), letter, name.slice(at + 1)];
}

export function showSlips(slips) {
  $("slip-count").textContent = `(${slips.length})`;
  const rows = slips.map((slip) => {
    const choice = button(slip.line === null ? {} : { line: slip.line });
    choice.textContent = slip.line === null ? `Facts: ${slip.message}` : `Line ${slip.line + 1}: ${slip.message}`;
    return row(choice);
  });
  $("slips").replaceChildren(...rows);
}
