// Draws /api/openapi.json: every operation with its parameters, body, answers and an example of each.
// All words go in as text, never as markup.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 6;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Words with `code`, **strong** and paragraphs.
function prose(words) {
  const box = element("div");
  for (const paragraph of (words || "").split(/\n\s*\n/)) {
    if (!paragraph.trim()) continue;
    const line = element("p");
    for (const part of paragraph.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
      if (part.startsWith("`")) line.append(element("code", {}, part.slice(1, -1)));
      else if (part.startsWith("**")) line.append(element("strong", {}, part.slice(2, -2)));
      else line.append(part);
    }
    box.append(line);
  }
  return box;
}

function resolved(api, schema) {
  let found = schema || {};
  for (let step = 0; found.$ref && step < DEEPEST; step += 1) {
    found = found.$ref.split("/").slice(1).reduce((place, key) => place[key], api) || {};
  }
  return found;
}

function typeOf(api, schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const choices = schema.anyOf || schema.oneOf || schema.allOf;
  if (choices) return choices.map((one) => typeOf(api, one)).join(schema.allOf ? " & " : " | ");
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `${typeOf(api, schema.items)}[]`;
  return schema.format ? `${schema.type} (${schema.format})` : schema.type || "any";
}

function example(api, given, depth = 0) {
  const schema = resolved(api, given);
  if (schema.examples && schema.examples.length) return schema.examples[0];
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (depth > DEEPEST) return null;
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one) => example(api, one, depth + 1)));
  const choices = schema.anyOf || schema.oneOf;
  if (choices) return example(api, choices[0], depth + 1);
  if (schema.type === "array") return [example(api, schema.items, depth + 1)];
  if (schema.type === "object" || schema.properties) {
    const made = {};
    for (const [name, property] of Object.entries(schema.properties || {})) made[name] = example(api, property, depth + 1);
    return made;
  }
  const plain = { string: "text", integer: 1, number: 1.5, boolean: true };
  return schema.type in plain ? plain[schema.type] : null;
}

function table(caption, heads, rows) {
  const head = element("tr", {}, ...heads.map((one) => element("th", { scope: "col" }, one)));
  const lines = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  return element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...lines));
}

function parameters(api, operation) {
  if (!operation.parameters || !operation.parameters.length) return [];
  const rows = operation.parameters.map((one) => [
    element("code", {}, one.name), one.in + (one.required ? ", required" : ""), typeOf(api, one.schema),
    one.description || (one.schema || {}).description || "",
  ]);
  return [table("Parameters", ["name", "in", "type", "what it is"], rows)];
}

function content(api, title, told) {
  const parts = [];
  for (const [kind, media] of Object.entries(told || {})) {
    parts.push(element("h4", {}, `${title}: ${kind} ${typeOf(api, media.schema)}`));
    if (!kind.includes("json")) continue;
    const schema = resolved(api, media.schema);
    const rows = Object.entries(schema.properties || {}).map(([name, property]) => [
      element("code", {}, name), typeOf(api, property),
      [(schema.required || []).includes(name) ? "required" : "", property.description || ""].filter(Boolean).join("; "),
    ]);
    if (rows.length) parts.push(table("Fields", ["name", "type", "what it is"], rows));
    parts.push(element("pre", { tabindex: "0" }, JSON.stringify(example(api, media.schema), null, 2)));
  }
  return parts;
}

function details(api, operation) {
  const parts = [prose(operation.description), ...parameters(api, operation)];
  parts.push(...content(api, "Body", (operation.requestBody || {}).content));
  const errors = [];
  for (const [status, answer] of Object.entries(operation.responses || {})) {
    if (Number(status) >= 400) errors.push(status);
    else parts.push(...content(api, `Answer ${status}`, answer.content));
  }
  if (errors.length) parts.push(element("p", { class: "soft" }, `Errors: ${errors.join(", ")}, all in the shape of ErrorAnswer.`));
  return parts;
}

function drawn(api, path, method, operation) {
  const summary = element(
    "summary", {}, element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path), operation.summary || "",
  );
  const box = element("details", { id: `${method}-${path}` }, summary);
  box.addEventListener("toggle", () => {
    if (box.open && box.childElementCount === 1) box.append(...details(api, operation));
  });
  box.words = [method, path, operation.summary, operation.description, ...(operation.tags || [])].join(" ").toLowerCase();
  return box;
}

function draw(api) {
  document.getElementById("about").append(prose(api.info.description));
  const groups = new Map();
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((one) => one in operations)) {
      const tag = (operations[method].tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, element("section", {}, element("h2", {}, tag)));
      groups.get(tag).append(drawn(api, path, method, operations[method]));
    }
  }
  document.getElementById("operations").replaceChildren(...groups.values());
  const filter = document.getElementById("filter");
  filter.addEventListener("input", () => search(filter.value));
  search("");
  const linked = [...document.querySelectorAll("#operations details")].find((box) => "#" + box.id === decoded(location.hash));
  if (linked) { linked.open = true; linked.scrollIntoView(); }
}

function decoded(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash; // whoever has written it
  }
}

function search(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const section of document.querySelectorAll("#operations section")) {
    let some = 0;
    for (const box of section.querySelectorAll("details")) {
      box.hidden = !wanted.every((word) => box.words.includes(word));
      if (!box.hidden) some += 1;
    }
    section.hidden = !some;
    shown += some;
  }
  document.getElementById("found").textContent = `${shown} operations`;
}

fetch("/api/openapi.json").then((answer) => answer.json()).then(draw).catch((error) => {
  document.getElementById("operations").replaceChildren(element("p", { role: "alert" }, `The description cannot be loaded: ${error}`));
});
