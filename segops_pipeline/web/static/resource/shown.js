// How a value of a thing is shown, by what its column says.
export function shown(value, column, texts, locale) {
  if (value === null || value === undefined || value === "") return column.empty ?? "–";
  if (typeof value !== "object" && column.words?.[value] !== undefined) return column.words[value];
  if (column.kind === "date") return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
  if (column.kind === "yes") return value ? texts.yes : texts.no;
  if (column.kind === "number") return new Intl.NumberFormat(locale).format(value);
  if (column.kind === "segments") return segments(value);
  if (Array.isArray(value)) return value.map((one) => column.words?.[one] ?? plain(one)).join(", ") || "–";
  return plain(value) || "–";
}

// A value by segment as `Red · da: Rød`: the default one first, each other with its language and so on.
export function segments(value) {
  if (value === null || typeof value !== "object") return String(value);
  const named = (key) => (key === "default" ? "" : key.split("|").map((part) => part.slice(2)).join(", ") + ": ");
  const ordered = Object.entries(value).sort(([one], [other]) => (other === "default") - (one === "default"));
  return ordered.map(([key, said]) => named(key) + said).join(" · ") || "–";
}

// An object as `name: value, …`, whatever is in it; what it lacks is left out.
function plain(value) {
  if (value === null || typeof value !== "object") return String(value ?? "");
  if (Array.isArray(value)) return value.map(plain).join(" ");
  return Object.entries(value).filter(([, one]) => one !== null).map(([name, one]) => `${name}: ${plain(one)}`).join(", ");
}

// Places such as $name in a text or in a request's body, filled from a thing.
export function filled(pattern, thing) {
  if (typeof pattern === "string") return pattern.startsWith("$") ? thing[pattern.slice(1)] : pattern;
  return Object.fromEntries(Object.entries(pattern).map(([name, one]) => [name, filled(one, thing)]));
}

// Whether a thing is of those that an act is for: {field: [values]}, or {field: true} for any value but none.
export function isFor(when, thing) {
  return Object.entries(when ?? {}).every(([name, values]) => (values === true ? Boolean(thing[name]) : values.includes(thing[name] ?? null)));
}
