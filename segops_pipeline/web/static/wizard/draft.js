// Changes of a draft: each takes a state and gives the next one, so that any of them can be undone.
//
// A state is {mapping: {column: target}, fields: [...], transformations, accepted: {column: true}, declined: [offer]};
// `schema` is {key: field} of the fields that the workspace has already. What is looked up by the name of a column has no
// prototype: a column may be called “constructor”.
import { columnsByTarget, RESERVED } from "/static/wizard/problems.js";

export const NEW_FIELD = "\u0001new";
const MOST_KEY_CHARACTERS = 63;
const OWN = ["mapping", "schema", "transformations", "accepted", "declined"];

export function stateOf(draft) {
  const accepted = { __proto__: null, ...Object.fromEntries((draft.accepted ?? []).map((column) => [column, true])) };
  return {
    mapping: draft.mapping, fields: draft.schema?.fields ?? [], transformations: { __proto__: null, ...draft.transformations }, accepted,
    declined: draft.declined ?? [],
  };
}

export function draftOf(state, before) {
  const kept = Object.fromEntries(Object.entries(before).filter(([name]) => !OWN.includes(name)));
  return {
    ...kept, mapping: state.mapping, schema: { fields: state.fields }, transformations: state.transformations,
    accepted: Object.keys(state.accepted), declined: state.declined,
  };
}

// Whether two drafts say the same; what is left out is as good as none.
export function isSame(draft, other) {
  const [one, two] = [draft, other].map((given) => JSON.stringify(sorted({ ...given, accepted: [...(given.accepted ?? [])].sort() })));
  return one === two;
}

function sorted(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const said = Object.entries(value).map(([name, one]) => [name, sorted(one)]).filter(([, one]) => !isNothing(one));
  return Object.fromEntries(said.sort(([name], [other]) => (name < other ? -1 : 1)));
}

function isNothing(value) {
  return value === null || value === undefined || value === "" || value === false || (typeof value === "object" && !Object.keys(value).length);
}

// A column goes to a target: null skips it, NEW_FIELD makes a field of it.
export function mapped(state, schema, column, target) {
  let fields = state.fields;
  if (target === NEW_FIELD) {
    const field = newField(state, schema, column.name, column.new_key, column.type);
    fields = [...fields, field];
    target = field.key;
  } else if (target && schema[target] && !fields.some((field) => field.key === target)) fields = [...fields, schema[target]];
  const mapping = { ...state.mapping, [column.name]: target };
  fields = withoutUnused(fields, mapping, state.mapping[column.name], schema, RESERVED.includes(target));
  return { ...state, mapping, fields, accepted: { __proto__: null, ...state.accepted, [column.name]: true } };
}

// A column that goes to sku or name takes its own field with it; a field of the schema goes back there.
function withoutUnused(fields, mapping, left, schema, isReserved) {
  if (!left || Object.values(mapping).includes(left)) return fields;
  return isReserved || schema[left] ? fields.filter((field) => field.key !== left) : fields;
}

export function suggested(state, schema, column, fieldOf) {
  const next = { ...state, fields: [...state.fields] };
  const target = column.target;
  if (target && !RESERVED.includes(target) && !schema[target] && !next.fields.some((field) => field.key === target)) {
    next.fields.push(fieldOf(target) ?? { key: target, label: column.name, type: column.suggested_type, required: false, description: null });
  }
  const mappedAgain = mapped(next, schema, column, target);
  return reviewed(mappedAgain, [column.name], false);
}

export function reviewed(state, columns, value) {
  const accepted = { __proto__: null, ...state.accepted };
  for (const column of columns) {
    if (value) accepted[column] = true;
    else delete accepted[column];
  }
  return { ...state, accepted };
}

export function removed(state, key) {
  const mapping = Object.fromEntries(Object.entries(state.mapping).map(([column, target]) => [column, target === key ? null : target]));
  return { ...state, mapping, fields: state.fields.filter((field) => field.key !== key) };
}

export function changed(state, key, values) {
  return { ...state, fields: state.fields.map((field) => (field.key === key ? { ...field, ...values } : field)) };
}

// A new field gets another name, and its key with it.
export function renamed(state, schema, key, label) {
  const others = state.fields.filter((field) => field.key !== key);
  const next = freeKey(keyOf(label), [...others.map((field) => field.key), ...Object.keys(schema)]);
  const mapping = Object.fromEntries(Object.entries(state.mapping).map(([column, target]) => [column, target === key ? next : target]));
  const fields = state.fields.map((field) => (field.key === key ? { ...field, key: next, label } : field));
  return { ...state, mapping, fields };
}

export function added(state, schema, label, type) {
  return { ...state, fields: [...state.fields, newField(state, schema, label, keyOf(label), type)] };
}

export function combined(state, schema, offer) {
  let fields = state.fields.filter((field) => field.key !== offer.field);
  const there = schema[offer.field] ?? { key: offer.field, label: offer.field, required: false, description: null };
  fields.push({ ...there, type: offer.type });
  const mapping = { ...state.mapping };
  const accepted = { __proto__: null, ...state.accepted };
  for (const column of offer.columns) {
    mapping[column] = offer.field;
    accepted[column] = true;
  }
  const used = columnsByTarget(mapping);
  const left = offer.columns.map((column) => state.mapping[column]);
  fields = fields.filter((field) => used[field.key] || !left.includes(field.key));
  return { ...state, mapping, fields, accepted };
}

export function declined(state, offer) {
  return { ...state, declined: [...state.declined, offer.field] };
}

// What was decided by hand before the file was read anew, for the columns that it still has.
export function carriedOver(before, state, columns, suggestedTarget) {
  const accepted = { __proto__: null, ...state.accepted };
  const transformations = { __proto__: null, ...state.transformations };
  const next = { ...state, mapping: { ...state.mapping }, fields: [...state.fields], accepted, transformations };
  const fields = { __proto__: null, ...Object.fromEntries(before.fields.map((field) => [field.key, field])) };
  for (const column of columns) {
    const target = before.mapping[column.name];
    if (before.accepted[column.name]) next.accepted[column.name] = true;
    if (before.transformations[column.name]) next.transformations[column.name] = before.transformations[column.name];
    if (target === undefined || target === suggestedTarget(column.name)) continue;
    next.mapping[column.name] = target;
    if (fields[target] && !next.fields.some((field) => field.key === target)) next.fields.push(fields[target]);
  }
  return next;
}

function newField(state, schema, label, key, type) {
  const taken = [...state.fields.map((field) => field.key), ...Object.keys(schema)];
  return { key: freeKey(key, taken), label, type: type in { email: 1, phone: 1, address: 1 } ? "text" : type, required: false, description: null };
}

// The same rule as the server's, near enough: it has the last word.
export function keyOf(label) {
  const plain = label.replace(/ß/g, "ss").normalize("NFKD").replace(/(?<=[A-Za-z])[\u0300-\u036f]+/g, "").normalize("NFKC");
  const key = plain.toLowerCase().replace(/[^\p{L}\p{N}\p{M}]+/gu, "_").replace(/^_+|_+$/g, "").slice(0, MOST_KEY_CHARACTERS) || "field";
  return RESERVED.includes(key) ? `${key}_field` : key;
}

function freeKey(wanted, taken) {
  let key = wanted;
  for (let number = 2; taken.includes(key) || RESERVED.includes(key); number++) key = `${wanted}_${number}`;
  return key;
}
