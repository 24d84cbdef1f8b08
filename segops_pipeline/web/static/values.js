// Values of products as people read them, and as text that can be edited: one place for all components.
(() => {
  const EXACT = /^-?\d+(\.\d+)?$/;
  const PRICE = /^(-?\d+(?:\.\d+)?)(?:\s+([A-Za-z]{3}))?(?:\s+\(([\w-]+)\))?$/;

  window.segopsValues = {
    shown(value, locale) {
      if (value === null || value === undefined || value === "") return "";
      if (Array.isArray(value)) return value.map((one) => this.shown(one, locale)).join(value.some((one) => typeof one === "object") ? " · " : ", ");
      if (typeof value === "object") {
        if (this.isPrice(value)) return this.price(value, locale) + (value.locale ? ` (${value.locale})` : "");
        return this.structured(value, locale);
      }
      if (typeof value === "boolean") return value ? "✓" : "✗";
      if (typeof value === "number") return new Intl.NumberFormat(locale, { maximumFractionDigits: 20, useGrouping: Math.abs(value) >= 10000 }).format(value);
      return String(value);
    },
    // by segment or field as "Red · da: Rød", items of lists and brands by their keys
    structured(value, locale) {
      if ("list" in value && "item" in value) return `${value.list} #${value.item}`;
      const named = (key) => (key === "default" ? "" : /^[TCDM]:/.test(key) ? key.split("|").map((part) => part.slice(2)).join(", ") + ": " : key + ": ");
      const ordered = Object.entries(value).sort(([one], [other]) => (other === "default") - (one === "default"));
      return ordered.map(([key, one]) => named(key) + this.shown(one, locale)).join(" · ");
    },
    // an item of a bundle has an amount too, and more
    isPrice: (value) => "amount" in value && Object.keys(value).every((key) => ["amount", "currency", "locale"].includes(key)),
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
    // of segments, fields or items of lists, not a price
    isStructured: (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !segopsValues.isPrice(value),
    isLink: (value) => typeof value === "string" && /^https?:\/\//i.test(value),
    editable(value, type) {
      if (value === null || value === undefined) return "";
      if (type === "array" && Array.isArray(value)) return value.join("\n");
      if (type === "multi_price" && Array.isArray(value)) return value.map(priceWords).join("\n");
      return words(value);
    },
    // the same in one line, as a cell of a file has it
    inOneLine: (value) => (value === null || value === undefined ? "" : Array.isArray(value) ? value.map(words).join("; ") : words(value)),
    // What the API takes: an empty text clears. What is written as it was shown goes as exactly that value; whatever else
    // goes as text, which the server reads as it reads files (there "12.500 EUR" may well be twelve thousand).
    edited(text, type) {
      const said = text.trim();
      if (said === "") return null;
      if (type === "boolean") return said === "true";
      if (type === "number") return EXACT.test(said) && said.replace(/[-.]/g, "").length < 16 ? Number(said) : said;
      if (type === "price") return exactPrice(said) ?? said;
      const lines = said.split("\n").map((one) => one.trim()).filter(Boolean);
      if (type === "array") return lines;
      if (type === "multi_price") return lines.every((one) => exactPrice(one)) ? lines.map(exactPrice) : lines.join("; ");
      return text;
    },
  };
  function priceWords({ amount, currency, locale }) {
    return [amount, currency, locale && `(${locale})`].filter(Boolean).join(" ");
  }
  function words(value) {
    if (typeof value !== "object") return String(value);
    return "amount" in value ? priceWords(value) : JSON.stringify(value);
  }
  function exactPrice(said) {
    const found = PRICE.exec(said);
    if (!found) return null;
    const [, amount, currency, locale] = found;
    return { amount, ...(currency ? { currency: currency.toUpperCase() } : {}), ...(locale ? { locale } : {}) };
  }
})();
