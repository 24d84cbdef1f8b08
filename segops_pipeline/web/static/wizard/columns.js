// The list of all columns: search, filter, accept many, and one row for each.
import Column from "/static/wizard/column.js";

const THRESHOLDS = [95, 90, 80, 70, 50];
const FIRST = 40; // rows that are drawn before the page is shown; the others follow at once

export default {
  components: { Column },
  props: ["columns", "mapping", "known", "reviewed", "decided", "steps", "problems", "texts", "types", "icons", "choices", "sure", "hasSchema", "language"],
  emits: ["map", "review", "suggested", "steps", "accept"],
  data: () => ({ search: "", filter: "all", threshold: 80, drawn: FIRST }),
  template: `
    <section class="card columns" aria-labelledby="columns-title">
      <div class="panel-head">
        <h2 id="columns-title">{{ texts.columns }} <span class="count">{{ columns.length }}</span></h2>
        <span class="soft small" role="status">{{ told }}</span>
      </div>
      <div class="tools">
        <label class="search"><span class="unseen">{{ texts.search }}</span><input type="search" v-model="search" :placeholder="texts.search"></label>
        <div class="filters" role="group" :aria-label="texts.filter">
          <button v-for="one in filters" :key="one.key" type="button" :aria-pressed="filter === one.key" @click="filter = one.key">{{ texts['filter_' + one.key] }} <span class="count">{{ one.count }}</span></button>
        </div>
        <div class="accept">
          <button type="button" :disabled="!acceptable.length" @click="$emit('accept', acceptable)"><span class="q-icon material-icons" aria-hidden="true">done_all</span>{{ acceptText }}</button>
          <label><span class="unseen">{{ texts.threshold }}</span><select v-model.number="threshold"><option v-for="value in thresholds" :key="value" :value="value">≥ {{ value }} %</option></select></label>
        </div>
      </div>
      <ul class="column-list">
        <column v-for="one in rows" :key="one.name" :column="one" :place="one.place" :target="mapping[one.name]" :field="known[mapping[one.name]]"
          :by="decided(one)" :reviewed="!!reviewed[one.name]" :steps="steps[one.name] ?? none" :problems="problems.of(one.name)"
          :texts="texts" :types="types" :icons="icons" :choices="choices" :language="language"
          @map="(name, target) => $emit('map', name, target)" @review="(name, value) => $emit('review', name, value)"
          @suggested="$emit('suggested', $event)" @steps="$emit('steps', $event)"></column>
      </ul>
      <p v-if="!shown.length" class="soft nothing">{{ texts.no_columns }} <button type="button" @click="search = ''; filter = 'all'">{{ texts.show_all }}</button></p>
    </section>`,
  mounted() {
    requestAnimationFrame(() => setTimeout(() => (this.drawn = Infinity)));
  },
  computed: {
    rows() {
      return this.drawn < this.shown.length ? this.shown.slice(0, this.drawn) : this.shown;
    },
    none: () => Object.freeze([]),
    thresholds: () => THRESHOLDS,
    needing() {
      return this.columns.filter((column) => this.needsLook(column));
    },
    filters() {
      const mapped = this.columns.filter((column) => this.mapping[column.name]).length;
      const all = this.columns.length;
      return [
        { key: "all", count: all }, { key: "look", count: this.needing.length },
        { key: "mapped", count: mapped }, { key: "skipped", count: all - mapped },
      ];
    },
    shown() {
      const words = this.search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const of = { all: () => true, look: this.needsLook, mapped: (one) => this.mapping[one.name], skipped: (one) => !this.mapping[one.name] };
      return this.columns.filter((one) => of[this.filter](one) && words.every((word) => this.textOf(one).includes(word)));
    },
    acceptable() {
      return this.columns.filter((one) => !this.reviewed[one.name] && one.score * 100 >= this.threshold && !this.decided(one)).map((one) => one.name);
    },
    acceptText() {
      return this.texts.accept_all.replace("{count}", this.acceptable.length);
    },
    told() {
      if (this.shown.length < this.columns.length) {
        return this.texts.shown.replace("{count}", this.shown.length).replace("{all}", this.columns.length);
      }
      return this.needing.length ? this.texts.need_look.replace("{count}", this.needing.length) : this.texts.all_good;
    },
  },
  methods: {
    needsLook(column) {
      const problems = this.problems.of(column.name);
      if (problems.some((problem) => problem.level === "error")) return true;
      return !this.reviewed[column.name] && (this.isUnsure(column) || problems.some((problem) => problem.level === "warning"));
    },
    // in a workspace without a schema all fields are new, and that is as it should be
    isUnsure(column) {
      return column.score < this.sure && (column.provenance !== "new" || this.hasSchema);
    },
    textOf(column) {
      const target = this.mapping[column.name] ?? "";
      return `${column.name} ${target} ${this.known[target]?.label ?? ""} ${column.samples.join(" ")}`.toLocaleLowerCase();
    },
  },
};
