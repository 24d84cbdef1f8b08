// How the file is laid out, and the way to read it again otherwise.
const ENCODINGS = [
  "utf-8", "utf-16", "windows-1252", "iso-8859-1", "iso-8859-15", "windows-1250", "windows-1251", "windows-1254",
  "mac-roman", "cp437", "cp850", "shift_jis", "gb18030", "big5", "euc-kr",
];
const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space", ":": "colon" };
const QUOTES = { '"': "double", "'": "single", "": "none" };

export default {
  props: ["dialect", "texts", "busy", "id"],
  emits: ["choose"],
  template: `
    <fieldset class="dialect" :disabled="busy || !dialect.can_change">
      <legend>{{ texts.layout }}</legend>
      <label v-if="open('encoding')">{{ texts.encoding }}
        <select :value="chosen.encoding ?? ''" @change="choose('encoding', $event.target.value)">
          <option value="">{{ detected(found.encoding) }}</option>
          <option v-for="name in encodings" :key="name">{{ name }}</option>
        </select>
      </label>
      <label v-if="open('delimiter')">{{ texts.delimiter }}
        <select :value="chosen.delimiter ?? ''" @change="choose('delimiter', $event.target.value)">
          <option value="">{{ detected(delimiterName(found.delimiter)) }}</option>
          <option v-for="(name, mark) in delimiters" :key="mark" :value="mark">{{ delimiterName(mark) }}</option>
          <option v-if="chosen.delimiter && !(chosen.delimiter in delimiters)" :value="chosen.delimiter">{{ chosen.delimiter }}</option>
        </select>
      </label>
      <label v-if="open('quote')">{{ texts.quote }}
        <select :value="chosen.quote ?? 'auto'" @change="choose('quote', $event.target.value)">
          <option value="auto">{{ detected(quoteName(found.quote)) }}</option>
          <option v-for="(name, mark) in quotes" :key="mark" :value="mark">{{ quoteName(mark) }}</option>
        </select>
      </label>
      <label v-if="open('header_row')">{{ texts.header_row }}
        <select :value="chosen.header_row ?? ''" @change="choose('header_row', $event.target.value)">
          <option value="">{{ detected(rowName(found.header_row)) }}</option>
          <option value="-1">{{ texts.no_header }}</option>
          <option v-for="row in rows" :key="row" :value="row - 1">{{ texts.row }} {{ row }}</option>
        </select>
      </label>
      <label v-if="open('sheet') && (found.sheet || found.member || dialect.asks_sheet)">{{ texts.sheet }}
        <input type="text" :value="chosen.sheet ?? found.sheet ?? found.member ?? ''" @change="choose('sheet', $event.target.value)">
      </label>
      <button v-if="isChosen" type="button" class="quiet" @click="$emit('choose', {})">{{ texts.detect_all }}</button>
      <p v-if="dialect.sheet_note" class="soft small sheet-note">{{ dialect.sheet_note }}</p>
      <p v-if="!dialect.can_change" class="soft">{{ texts.layout_fixed }}</p>
    </fieldset>`,
  computed: {
    found() {
      return this.dialect.found;
    },
    chosen() {
      return this.dialect.chosen;
    },
    isChosen() {
      return Object.keys(this.chosen).length > 0;
    },
    encodings: () => ENCODINGS,
    delimiters: () => DELIMITERS,
    quotes: () => QUOTES,
    rows() {
      return Array.from({ length: Math.max(10, (this.chosen.header_row ?? 0) + 1) }, (_, row) => row + 1);
    },
  },
  methods: {
    open(part) {
      return !this.dialect.fixed.includes(part);
    },
    detected(what) {
      return what === undefined || what === null || what === "" ? this.texts.detect : `${what} (${this.texts.detected})`;
    },
    delimiterName(mark) {
      return DELIMITERS[mark] ? this.texts[`delimiter_${DELIMITERS[mark]}`] : mark;
    },
    quoteName(mark) {
      return mark in QUOTES ? this.texts[`quote_${QUOTES[mark]}`] : mark;
    },
    rowName(row) {
      if (row === undefined) return null;
      return row === null ? this.texts.no_header : `${this.texts.row} ${row + 1}`;
    },
    choose(part, value) {
      const choice = { ...this.chosen };
      if ((part === "quote" ? "auto" : "") === value) delete choice[part];
      else choice[part] = part === "header_row" ? Number(value) : value;
      this.$emit("choose", choice);
    },
  },
};
