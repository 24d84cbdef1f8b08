// Step 2 of the wizard for a file whose columns say what they are: what was recognised, and what is left to choose.
import Preview from "/static/wizard/preview.js";
import { fill } from "/static/wizard/problems.js";

const LEVELS = { error: "error", warning: "warning", info: "info" };

export default {
  components: { Preview },
  props: ["given", "texts", "entities", "overwritable", "language"],
  emits: ["choose", "reread", "next", "as_table"],
  data: () => ({ page: null, options: {}, busy: false, refusal: null }),
  template: `
    <div v-if="page" class="mapping recognised" :aria-busy="busy">
      <div v-if="refusal" class="notice bad" role="alert">{{ refusal.message }} {{ refusal.remedy }}</div>
      <div class="bar-of-file card"><span class="q-icon material-icons" aria-hidden="true">fact_check</span>
        <span class="file"><strong><bdi>{{ page.file.name }}</bdi></strong> <span class="soft small">{{ facts }}</span></span><span class="grow"></span>
        <span class="actions"><button type="button" :disabled="busy" :title="texts.as_table_help" @click="asTable">{{ texts.as_table }}</button><a class="button" href="/pim/import">{{ texts.other_file }}</a></span></div>
      <p v-if="archive" class="notice" role="status">{{ fill(texts.archive, { place: archive.place + 1, count: archive.jobs.length, file: archive.file }) }}
        <template v-for="(job, place) in archive.jobs" :key="job"><a v-if="job !== page.job" :href="'/pim/import?job=' + encodeURIComponent(job)">{{ place + 1 }}</a><b v-else>{{ place + 1 }}</b>{{ ' ' }}</template></p>
      <section class="card" aria-labelledby="recognised-title"><div class="panel-head"><h2 id="recognised-title">{{ texts.recognised_title }}</h2><span class="soft small">{{ texts.recognised_help }}</span></div>
        <div class="choices">
          <label>{{ texts.entity }}<select v-model="options.entity" :disabled="busy" :aria-invalid="!options.entity" @change="choose"><option v-if="!options.entity" :value="null">{{ texts.choose_entity }}</option>
            <optgroup v-if="fitting.length" :label="texts.fitting"><option v-for="one in fitting" :key="one" :value="one">{{ texts['entity_' + one] }}</option></optgroup>
            <optgroup :label="texts.others"><option v-for="one in unfitting" :key="one" :value="one">{{ texts['entity_' + one] }}</option></optgroup></select>
            <span class="soft small">{{ why }}</span></label>
          <label>{{ texts.mode }}<select v-model="options.mode" :disabled="busy" @change="choose"><option value="merge">{{ texts.mode_merge }}</option><option value="overwrite" :disabled="!takesOverwrite && options.mode !== 'overwrite'">{{ texts.mode_overwrite }}</option></select>
            <span class="soft small">{{ texts['about_' + options.mode] }}</span></label>
          <label>{{ texts.order }}<select v-model="options.order" :disabled="busy" @change="choose"><option value="file">{{ texts.order_file }}</option><option value="any">{{ texts.order_any }}</option></select>
            <span class="soft small">{{ texts['about_order_' + options.order] }}</span></label>
          <label v-if="options.mode === 'overwrite'" class="check wide"><input type="checkbox" v-model="options.null_removes" :disabled="busy" @change="choose" /> {{ texts.null_removes }}</label>
        </div></section>
      <section class="card" aria-labelledby="columns-title"><div class="panel-head"><h2 id="columns-title">{{ texts.columns_title }}</h2><span class="count">{{ columns.length }}</span></div>
        <div class="scroll" tabindex="0" role="group" :aria-label="texts.columns_title"><table class="plain">
          <thead><tr><th scope="col">{{ texts.column }}</th><th scope="col">{{ texts.meaning }}</th><th scope="col">{{ texts.first_value }}</th></tr></thead>
          <tbody><tr v-for="column in columns" :key="column.place" :class="column.level">
            <th scope="row"><code>{{ column.header || texts.no_header }}</code></th>
            <td><span>{{ column.means }}</span><span v-for="badge in column.badges" :key="badge" class="badge">{{ badge }}</span>
              <ul v-if="column.issues.length" class="problems small"><li v-for="(issue, number) in column.issues" :key="number" :class="issue.level"><span class="q-icon material-icons" aria-hidden="true">{{ levels[issue.level] }}</span><span>{{ issue.message }} <span class="remedy">{{ issue.suggestion }}</span></span></li></ul></td>
            <td class="first-value"><span class="cell">{{ column.sample }}</span></td></tr></tbody></table></div></section>
      <preview :headers="page.headers" :rows="page.preview" :dialect="page.dialect" :notes="page.notes" :texts="texts" :busy="busy" @choose="reread"></preview>
      <div class="bar-of-next card"><div class="missing" role="status" id="missing">
          <ul v-if="general.length" class="problems small"><li v-for="(problem, number) in general" :key="number" :class="problem.level"><span class="q-icon material-icons" aria-hidden="true">{{ levels[problem.level] }}</span><span>{{ problem.message }} <span class="remedy">{{ problem.suggestion?.includes('--') ? '' : problem.suggestion }}</span></span></li></ul>
          <span v-if="wrongColumns" class="small error-text">{{ wrongColumns === 1 ? texts.one_wrong : fill(texts.column_errors, { count: wrongColumns }) }}</span>
          <span v-if="!errors" class="small ready"><span class="q-icon material-icons" aria-hidden="true">check_circle</span> {{ fill(texts.all_known, { count: columns.length }) }}</span></div>
        <button type="button" class="main next" :aria-disabled="errors > 0 || busy" aria-describedby="missing" @click="next">{{ texts.next }}<span class="q-icon material-icons" aria-hidden="true">arrow_forward</span></button></div>
      <div v-if="busy" class="veil" role="status"><div class="card"><progress :aria-label="texts.looking_again"></progress> {{ texts.looking_again }}</div></div>
    </div>`,
  created() {
    this.fill = fill;
    this.levels = LEVELS;
    this.take(this.given);
  },
  computed: {
    facts() {
      const number = (value) => new Intl.NumberFormat(this.language).format(value ?? 0);
      return fill(this.texts.file_facts, { rows: number(this.page.file.rows), columns: this.page.headers.length, source: this.page.file.source });
    },
    archive() {
      return this.page.recognised.archive?.jobs?.length > 1 ? this.page.recognised.archive : null;
    },
    fitting() {
      const { candidates, entity } = this.page.recognised;
      return this.entities.filter((one) => candidates.includes(one) || one === entity);
    },
    unfitting() {
      return this.entities.filter((one) => !this.fitting.includes(one));
    },
    why() {
      return this.options.entity ? (this.texts["told_by_" + (this.page.recognised.told_by ?? "given").replace(" ", "_")] ?? "") : this.texts.open_entity;
    },
    takesOverwrite() {
      return this.overwritable.includes(this.options.entity);
    },
    columns() {
      const { special, attributes, empty } = this.page.recognised;
      const known = new Map([...special.map((one) => [one.place, this.special(one)]), ...attributes.map((one) => [one.place, this.attribute(one)])]);
      return this.page.headers.map((header, place) => {
        const issues = this.page.problems.filter((issue) => issue.column === header && header);
        const level = ["error", "warning"].find((one) => issues.some((issue) => issue.level === one));
        const means = known.get(place) ?? { means: empty.includes(place) ? this.texts.left_out : this.options.entity ? this.texts.unknown : "–", badges: [] };
        return { header, place, issues, level, sample: this.page.preview.find((row) => row[place])?.[place] ?? "", ...means };
      });
    },
    general() {
      return this.page.problems.filter((issue) => !issue.column || !this.page.headers.includes(issue.column));
    },
    wrongColumns() {
      return this.columns.filter((column) => column.level === "error").length;
    },
    errors() {
      return this.page.problems.filter((issue) => issue.level === "error").length;
    },
  },
  methods: {
    take(page) {
      this.page = page;
      this.options = { ...page.options };
    },
    segment(key) {
      return !key ? [] : [key === "default" ? this.texts.in_default : key.split("|").map((part) => part.slice(2)).join(", ")];
    },
    special({ name, number, segment }) {
      const means = this.texts["special_" + name.replace("/", "_")] ?? name;
      return { means: number === null || number === undefined ? means : `${means} ${number}`, badges: this.segment(segment) };
    },
    attribute({ code, index, field, segment, external, by_reference }) {
      const badges = [...this.segment(segment), ...(external ? [this.texts.external] : []), ...(by_reference ? [this.texts.by_reference] : [])];
      const parts = [code, field].filter(Boolean).join(" / ");
      return { means: index === null || index === undefined ? fill(this.texts.attribute, { code: parts }) : fill(this.texts.attribute_value, { code: parts, number: index + 1 }), badges };
    },
    // what the file says by itself is not said for it
    choose() {
      const { entity, told_by } = this.page.recognised;
      const isSaid = told_by === "given" || this.options.entity !== entity;
      this.busy = true;
      this.$emit("choose", { ...this.options, entity: isSaid ? this.options.entity : null });
    },
    reread(choice) {
      this.busy = true;
      this.$emit("reread", choice);
    },
    asTable() {
      this.busy = true;
      this.$emit("as_table");
    },
    next() {
      if (!this.errors && !this.busy) this.$emit("next");
    },
    renew(page, refusal) {
      this.take(page);
      [this.busy, this.refusal] = [false, refusal];
    },
    // it is not to be recognised any more: the page says what it is now
    unread() {
      location.reload();
    },
  },
};
