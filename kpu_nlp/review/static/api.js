// The review's server: every answer is JSON, or one line that says what is wrong.

export class Problem extends Error {
  constructor(message, status, document) {
    super(message);
    Object.assign(this, { status, document });
  }
}

async function ask(path, method = "GET", body = undefined) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw new Problem("The review does not answer. Is kpu-nlp review still running?", 0);
  }
  const said = await answer.json().catch(() => ({ problem: `The review answered ${answer.status}.` }));
  if (!answer.ok) throw new Problem(said.problem, answer.status, said.document);
  return said;
}

const place = (id) => `articles/${encodeURIComponent(id)}`;

export const start = () => ask("session");
export const list = () => ask("articles");
export const open = (id) => ask(place(id));
export const save = (id, content) => ask(place(id), "PUT", content);
export const accept = (id, version, accepted) => ask(`${place(id)}/accept`, "POST", { version, accepted });
export const link = (id, spans) => ask(`${place(id)}/link`, "POST", { spans });
