// Values of products as people read them, and as text that can be edited: one place for all components.
window.segopsValues = {
  shown(value, locale) {
    if (value === null || value === undefined || value === "") return "";
    if (Array.isArray(value)) return value.map((one) => this.shown(one, locale)).join(value.some((one) => typeof one === "object") ? " · " : ", ");
    if (typeof value === "object") {
      if ("amount" in value) return this.price(value, locale) + (value.locale ? ` (${value.locale})` : "");
      return JSON.stringify(value);
    }
    if (typeof value === "boolean") return value ? "✓" : "✗";
    if (typeof value === "number") return new Intl.NumberFormat(locale, { maximumFractionDigits: 20, useGrouping: Math.abs(value) >= 10000 }).format(value);
    return String(value);
  },
  price({ amount, currency }, locale) {
    const digits = Math.max(2, (String(amount).split(".")[1] ?? "").length);
    // an amount may have more digits than a number holds: Intl takes it as text
    const number = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: Math.min(digits, 20) }).format(String(amount));
    return currency ? `${number} ${currency}` : number;
  },
  date(value, locale) {
    const bare = /^\d{4}-\d\d-\d\d$/.test(value) || /T00:00:00(\.0+)?$/.test(value);
    const at = new Date(/^\d{4}-\d\d-\d\d$/.test(value) ? value + "T00:00:00" : value);
    if (Number.isNaN(at.getTime())) return value;
    return new Intl.DateTimeFormat(locale, bare ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
  },
  typed(value, type, locale) {
    return type === "datetime" && typeof value === "string" ? this.date(value, locale) : this.shown(value, locale);
  },
  isLink: (value) => typeof value === "string" && /^https?:\/\//i.test(value),
  editable(value, type) {
    if (value === null || value === undefined) return "";
    if (type === "array") return value.join("\n");
    if (type === "price") return [value.amount, value.currency].filter(Boolean).join(" ");
    if (type === "multi_price") return value.map((price) => [price.amount, price.currency].filter(Boolean).join(" ")).join("\n");
    return String(value);
  },
  // What the API takes: an empty text clears; numbers and prices go as text, which the server reads as files are read.
  edited(words, type) {
    if (words.trim() === "") return null;
    if (type === "array") return words.split("\n").map((one) => one.trim()).filter(Boolean);
    if (type === "multi_price") return words.split("\n").map((one) => one.trim()).filter(Boolean).join("; ");
    if (type === "boolean") return words === "true";
    return words;
  },
};
