// What the mapping shows, as it follows from its state: the computed properties of `mapping.js`.
import { columnsByTarget, fill, OWN, placed, problemsOf } from "/static/wizard/problems.js";

const SURE = 0.8;
const ICONS = {
  text: "notes", number: "tag", boolean: "toggle_on", list: "list", url: "link", price: "sell", multi_price: "payments",
  datetime: "event",
};

export default {
  icons: () => ICONS,
  sure: () => SURE,
  headers() {
    return this.page.columns.map((column) => column.name);
  },
  schema() {
    return { __proto__: null, ...Object.fromEntries(this.page.schema.map((field) => [field.key, field])) };
  },
  known() {
    return { __proto__: null, ...this.schema, ...Object.fromEntries(this.state.fields.map((field) => [field.key, field])) };
  },
  byTarget() {
    return columnsByTarget(this.state.mapping);
  },
  others() {
    const here = new Set(this.state.fields.map((field) => field.key));
    return this.page.schema.filter((field) => !here.has(field.key));
  },
  // what a column can go to; computed when somebody looks
  groups() {
    const { compare } = new Intl.Collator(this.language);
    const sorted = (fields) => [...fields].sort((one, other) => compare(one.label, other.label));
    const groups = [{ label: this.texts.of_import, fields: sorted(this.state.fields) }, { label: this.texts.of_schema, fields: sorted(this.others) }];
    return groups.filter((group) => group.fields.length);
  },
  problems() {
    const match = this.page.draft.rules?.match ?? ["sku"];
    const own = problemsOf(
      { columns: this.page.columns, mapping: this.state.mapping, known: this.known, steps: this.state.transformations, match, currency: this.page.currency },
      this.texts, this.types, (value) => value.toLocaleString(this.language),
    );
    return placed([...own, ...this.told.filter((problem) => !OWN.includes(problem.code))], this.state.mapping);
  },
  columnErrors() {
    return Object.values(this.problems.column).filter((found) => found.some((problem) => problem.level === "error")).length;
  },
  errors() {
    return this.columnErrors + this.problems.general.filter((problem) => problem.level === "error").length;
  },
  fieldProblems() {
    const found = { __proto__: null };
    for (const [key, columns] of Object.entries(this.byTarget)) {
      if (columns.some((name) => this.problems.of(name).some((problem) => problem.code === "values_of_another_type"))) found[key] = this.texts.type_doubt;
    }
    return found;
  },
  offers() {
    return this.page.offers.filter((offer) => !this.state.declined.includes(offer.field) && offer.columns.some((column) => this.state.mapping[column] !== offer.field));
  },
  fileFacts() {
    const file = this.page.file;
    const facts = fill(this.texts.file_facts, { rows: (file.rows ?? 0).toLocaleString(this.language), columns: this.page.columns.length, source: file.source });
    return this.page.template ? `${facts} · ${fill(this.texts.by_template, { template: this.page.template })}` : facts;
  },
  readyText() {
    return fill(this.texts.ready, { mapped: Object.values(this.state.mapping).filter(Boolean).length, columns: this.page.columns.length });
  },
  saveIcon() {
    return { saved: "cloud_done", saving: "cloud_upload", waiting: "sync_problem", away: "cloud_off", refused: "error" }[this.saved];
  },
  conflictText() {
    const at = this.conflict.at ? new Date(this.conflict.at).toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" }) : "";
    if (!this.conflict.by) return this.texts.changed_gone;
    return fill(this.conflict.by === this.person ? this.texts.changed_here : this.texts.changed_by, { name: this.conflict.by, at });
  },
  announced() {
    return this.asked && this.errors ? fill(this.texts.still_missing, { count: this.errors }) : "";
  },
};
