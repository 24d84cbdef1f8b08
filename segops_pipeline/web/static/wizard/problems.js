// What stands in the way of a mapping, as far as the page can tell by itself and at once. The server has the last word:
// its problems of other kinds are shown beside these, those of the same kinds are left out (OWN).
export const OWN = ["no_key", "duplicate_target", "values_of_another_type", "key_has_gaps", "key_repeats"];
export const RESERVED = ["sku", "name"];
const NONE = Object.freeze([]);
const LOOKS_PRICED = /[A-Za-z€$£¥₹₽]/;

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// state: {columns, mapping, fields, known, steps, match, currency}; texts: those of the page; types: labels of types;
// format: numbers as the page's language writes them
export function problemsOf(state, texts, types, format) {
  const columns = columnsByTarget(state.mapping);
  const found = [];
  missingKeys(state, columns, texts, found);
  twice(state, columns, texts, found);
  for (const column of state.columns) {
    const target = state.mapping[column.name];
    if (target === "sku") keyDoubts(column, texts, format, found);
    else if (target && target !== "name") valueDoubts(state, column, state.known[target], texts, types, format, found);
  }
  return found;
}

export function columnsByTarget(mapping) {
  const columns = Object.create(null); // a column may be called “constructor”
  for (const [column, target] of Object.entries(mapping)) if (target) (columns[target] ??= []).push(column);
  return columns;
}

// all problems by where they are shown: {general, column: {name: [...]}}
export function placed(problems, mapping) {
  const general = [];
  const column = Object.create(null);
  for (const problem of problems) {
    if (problem.column != null && Object.hasOwn(mapping, problem.column)) (column[problem.column] ??= []).push(problem);
    else general.push(problem);
  }
  return { general, column, of: (name) => column[name] ?? NONE };
}

function missingKeys(state, columns, texts, found) {
  for (const key of state.match) {
    if (columns[key]) continue;
    const message = key === "sku" ? texts.no_key : fill(texts.no_match, { key });
    found.push({ code: "no_key", level: "error", message, suggestion: texts.no_key_remedy, candidates: keyCandidates(state) });
  }
}

function keyCandidates(state) {
  const share = (column) => (column.filled / column.rows) * (column.distinct / column.filled);
  return state.columns
    .filter((column) => column.filled && ["text", "number"].includes(column.type) && share(column) > 0.95)
    .sort((one, other) => share(other) - share(one))
    .slice(0, 3)
    .map((column) => column.name);
}

function twice(state, columns, texts, found) {
  for (const [target, names] of Object.entries(columns)) {
    if (names.length < 2 || state.known[target]?.type === "multi_price") continue;
    const shown = state.known[target]?.label ?? target;
    for (const column of names) {
      const others = names.filter((name) => name !== column).map((name) => `“${name}”`).join(", ");
      const message = fill(texts.twice, { target: shown, others });
      found.push({ code: "duplicate_target", level: "error", column, message, suggestion: texts.twice_remedy });
    }
  }
}

function keyDoubts(column, texts, format, found) {
  if (column.filled < column.rows) {
    const message = fill(texts.key_gaps, { count: format(column.rows - column.filled), rows: format(column.rows) });
    found.push({ code: "key_has_gaps", level: "warning", column: column.name, message, suggestion: texts.key_gaps_remedy });
  }
  if (column.distinct < column.filled) {
    const message = fill(texts.key_repeats, { distinct: format(column.distinct), filled: format(column.filled) });
    found.push({ code: "key_repeats", level: "warning", column: column.name, message, suggestion: texts.key_repeats_remedy });
  }
}

function valueDoubts(state, column, field, texts, types, format, found) {
  if (!field) return;
  const refused = Math.round(column.filled * (1 - (column.shares[field.type] ?? 1)));
  const hasSteps = (state.steps[column.name] ?? []).length > 0;
  if (refused > 0 && !hasSteps && field.type !== column.type) {
    const message = fill(texts.misfit, {
      count: format(refused), filled: format(column.filled), field: field.label, type: types[field.type], looks: types[column.type] ?? column.type,
    });
    found.push({ code: "values_of_another_type", level: "warning", column: column.name, message, suggestion: texts.misfit_remedy });
  }
  const isPrice = field.type === "price" || field.type === "multi_price";
  if (isPrice && !column.currency && !state.currency && !column.samples.some((sample) => LOOKS_PRICED.test(sample))) {
    found.push({ code: "no_currency", level: "info", column: column.name, message: texts.no_currency, suggestion: texts.no_currency_remedy });
  }
}
