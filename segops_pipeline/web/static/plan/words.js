// Numbers, values and sentences as people read them. Nothing here knows of a page.
import "/static/values.js"; // prices and dates look the same on every page

export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function number(value, language) {
  return new Intl.NumberFormat(language).format(value);
}

// The text of a count: entry `<name>_one` where it is one.
export function counted(texts, name, count, language, values = {}) {
  const text = (count === 1 && texts[`${name}_one`]) || texts[name];
  return fill(text, { ...values, n: number(count, language) });
}

// A value of a field as a list of words: several where it is a list.
export function readable(value, type, texts, language) {
  if (value === null || value === undefined || value === "") return [];
  if (Array.isArray(value)) return value.flatMap((one) => readable(one, type, texts, language));
  if (typeof value === "object") {
    if (segopsValues.isPrice(value)) return [segopsValues.price(value, language) + (value.locale ? ` (${value.locale})` : "")];
    return [segopsValues.structured(value, language)];
  }
  if (typeof value === "boolean") return [value ? texts.yes : texts.no];
  if (typeof value === "number") return [segopsValues.shown(value, language)]; // 2026 may be a year
  if (type === "datetime") return [segopsValues.date(value, language)];
  return [String(value)];
}

// A value that comes as text, as in a diff: lists and prices are JSON in it.
export function fromText(text, type) {
  if (text === null) return null;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (/^[[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  const price = /^(-?[\d.]+) ([A-Z]{3})$/.exec(text);
  if (type === "price" && price) return { amount: price[1], currency: price[2] };
  if (type === "number" && /^-?\d{1,15}(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

// The value of a cell in a table: words, a list as chips, an address as a link.
export const Value = {
  props: ["value", "type", "texts", "language"],
  template: `
    <span v-if="!words.length" class="soft none">{{ texts.none }}</span>
    <span v-else-if="type === 'list' || words.length > 1" class="chips"><span v-for="(word, place) in words" :key="place" class="chip">{{ word }}</span></span>
    <a v-else-if="link" :href="link" target="_blank" rel="noopener noreferrer" class="address">{{ words[0] }}</a>
    <span v-else :class="{ long: words[0].length > 60 }" :title="words[0].length > 60 ? words[0] : null">{{ words[0] }}</span>`,
  computed: {
    words() {
      return readable(this.value, this.type, this.texts, this.language);
    },
    link() {
      return this.type === "url" && /^https?:\/\//i.test(this.words[0]) ? this.words[0] : null;
    },
  },
};
