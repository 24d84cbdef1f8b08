// The rows that a plan rejects, in a grid: cells are edited in place, rows dropped, and both applied together.
// What is not applied yet is kept in the browser. The server judges each cell as it is left.
import { counted, fill, number } from "/static/plan/words.js";

const FEW_COLUMNS = 6;

export default {
  props: ["plan", "texts", "language", "pageRows", "busy"],
  emits: ["rows", "check", "apply", "drop_all", "take_back"],
  data: () => ({
    rows: null, cause: null, offset: 0, serial: 0, cells: {}, dropped: {}, judged: {}, judging: {}, all: false, sure: false, loading: false,
  }),
  template: `
    <section v-if="plan.counts.rejected || plan.edited" id="rejected" class="card rejected" aria-labelledby="plan-rejected">
      <h2 id="plan-rejected">{{ title }}</h2>
      <p v-if="plan.counts.rejected" class="soft small">{{ texts.rejected_why }}</p>
      <div v-if="plan.causes.length" class="causes" role="group" :aria-label="texts.causes">
        <button type="button" :aria-pressed="cause === null" @click="choose(null)">{{ allCauses }}</button>
        <button v-for="one in plan.causes" :key="one.code + one.column" type="button" :aria-pressed="cause === one" @click="choose(one)">
          <span v-if="one.column" class="cause-column"><bdi>{{ one.column }}</bdi></span> {{ causeWords(one) }} <span class="badge bad">{{ format(one.rows) }}</span>
        </button>
      </div>
      <div v-if="cause" class="notice bad small" role="status">{{ cause.message }} <template v-if="cause.suggestion">{{ cause.suggestion }}</template></div>
      <div v-if="plan.counts.rejected && rows" class="scroll grid" tabindex="0" role="region" :aria-label="texts.grid" :aria-busy="loading">
        <table class="plain">
          <thead><tr><th scope="col" class="line">{{ texts.line_head }}</th><th v-for="name in columns" :key="name" scope="col"><bdi>{{ name }}</bdi></th><th scope="col"><span class="unseen">{{ texts.act }}</span></th></tr></thead>
          <tbody><template v-for="row in rows" :key="row.line">
            <tr :class="{ dropped: dropped[row.line], corrected: cells[row.line], fine: isFine(row) }">
              <th scope="row" class="line number">{{ format(row.line) }}</th>
              <td v-for="name in columns" :key="name" :class="{ bad: problem(row, name), touched: isTouched(row, name) }">
                <input type="text" :value="cell(row, name)" :aria-label="cellLabel(row, name)" :disabled="busy || !!dropped[row.line]" :aria-invalid="!!problem(row, name)" :aria-describedby="problem(row, name) ? 'why-' + row.line : null" :size="size(row, name)" @change="edit(row, name, $event.target.value)" @keydown.enter.prevent="$event.target.blur()" @keydown.esc.stop="reset(row, name, $event.target)">
              </td>
              <td class="act"><button type="button" class="quiet" :disabled="busy" :aria-pressed="!!dropped[row.line]" :aria-label="dropLabel(row)" @click="drop(row)"><span class="q-icon material-icons" aria-hidden="true">{{ dropped[row.line] ? 'undo' : 'delete' }}</span><span class="hide-small">{{ dropped[row.line] ? texts.keep_row : texts.drop_row }}</span></button></td>
            </tr>
            <tr class="reasons-row" :class="{ dropped: dropped[row.line], fine: isFine(row) }">
              <td :colspan="columns.length + 2" :id="'why-' + row.line"><div class="stays">
                <span v-if="judging[row.line]" class="soft">{{ texts.judging }}</span>
                <span v-else-if="isFine(row)" class="good-words"><span class="q-icon material-icons" aria-hidden="true">check_circle</span>{{ texts.will_be_taken }}</span>
                <template v-else><span v-for="(reason, place) in reasons(row)" :key="place" class="reason"><template v-if="reason.column"><strong><bdi>{{ reason.column }}</bdi></strong>: </template>{{ reason.message }} <span class="soft">{{ reason.remedy }}</span></span>
                <span v-if="row.in_file" class="reason soft">{{ texts.in_file }} <code>{{ row.in_file }}</code></span></template>
              </div></td>
            </tr>
          </template></tbody>
        </table>
      </div>
      <div v-if="plan.counts.rejected" class="actions pager">
        <template v-if="total > pageRows"><button type="button" :disabled="!offset || loading" @click="turn(-1)">{{ texts.previous }}</button><span class="small">{{ place }}</span><button type="button" :disabled="offset + pageRows >= total || loading" @click="turn(1)">{{ texts.next }}</button></template>
        <button v-if="plan.headers.length > few" type="button" class="quiet" :aria-expanded="all" @click="all = !all">{{ all ? texts.few_columns : allColumns }}</button>
      </div>
      <div class="actions apply">
        <button v-if="pending" type="button" class="main" :disabled="busy" @click="apply">{{ applyWords }}</button>
        <button v-if="pending" type="button" :disabled="busy" @click="discard">{{ texts.discard }}</button>
        <button v-if="plan.counts.rejected && !sure" type="button" class="danger" :disabled="busy" @click="sure = true">{{ dropAll }}</button>
        <template v-if="sure"><span class="small" role="alert">{{ texts.drop_all_sure }}</span><button type="button" class="danger" :disabled="busy" @click="sure = false; $emit('drop_all')">{{ dropAll }}</button><button type="button" @click="sure = false">{{ texts.no }}</button></template>
      </div>
      <details v-if="plan.edited" class="edits"><summary>{{ editedWords }}</summary>
        <ul><li v-for="one in plan.edits" :key="one.line"><span><strong>{{ lineWords(one.line) }}</strong> <template v-if="one.dropped">{{ texts.was_dropped }} </template><template v-else v-for="(cell, name) in one.cells" :key="name"><bdi>{{ name }}</bdi> → <ins>{{ cell || texts.none }}</ins> </template> <span class="soft small">{{ one.edited_by }}</span></span>
          <button type="button" class="quiet" :disabled="busy" :aria-label="texts.take_back + ', ' + lineWords(one.line)" @click="$emit('take_back', { lines: [one.line] })">{{ texts.take_back }}</button></li></ul>
        <button type="button" :disabled="busy" @click="$emit('take_back', {})">{{ texts.take_all_back }}</button>
      </details>
    </section>`,
  created() {
    this.few = FEW_COLUMNS;
    this.restore();
  },
  watch: {
    plan: {
      immediate: true,
      handler() {
        this.cause = null;
        this.offset = 0;
        this.sure = false;
        if (this.plan.counts.rejected) this.ask();
        else this.rows = null;
        this.judgeAll(); // its rules may be others
      },
    },
  },
  computed: {
    key() {
      return `segops-rows-${this.plan.job}`;
    },
    title() {
      return counted(this.texts, this.plan.counts.rejected ? "rejected_title" : "edited_title", this.plan.counts.rejected || this.plan.edited, this.language);
    },
    total() {
      return this.cause ? this.cause.rows : this.plan.counts.rejected;
    },
    allCauses() {
      return `${this.texts.all_causes} (${this.format(this.plan.counts.rejected)})`;
    },
    columns() {
      if (this.all || this.plan.headers.length <= FEW_COLUMNS) return this.plan.headers;
      const named = new Set((this.rows ?? []).flatMap((row) => row.reasons.flatMap((reason) => this.namesOf(reason.column))));
      for (const cells of Object.values(this.cells)) for (const name of Object.keys(cells)) named.add(name);
      const chosen = new Set(this.plan.headers.slice(0, 2));
      for (const name of this.plan.headers) if (named.has(name) && chosen.size < 12) chosen.add(name);
      for (const name of this.plan.headers) if (chosen.size < FEW_COLUMNS) chosen.add(name);
      return this.plan.headers.filter((name) => chosen.has(name));
    },
    allColumns() {
      return counted(this.texts, "all_columns", this.plan.headers.length, this.language);
    },
    place() {
      const last = Math.min(this.offset + this.pageRows, this.total);
      return fill(this.texts.rows_of, { from: this.format(this.offset + 1), to: this.format(last), all: this.format(this.total) });
    },
    pending() {
      return Object.keys(this.cells).length + Object.keys(this.dropped).length;
    },
    applyWords() {
      const corrected = Object.keys(this.cells).filter((line) => !this.dropped[line]).length;
      const parts = [];
      if (corrected) parts.push(counted(this.texts, "apply_corrected", corrected, this.language));
      const dropped = Object.keys(this.dropped).length;
      if (dropped) parts.push(counted(this.texts, "apply_dropped", dropped, this.language));
      return fill(this.texts.apply, { what: parts.join(", ") });
    },
    dropAll() {
      return counted(this.texts, "drop_all", this.plan.counts.rejected, this.language);
    },
    editedWords() {
      return counted(this.texts, "edited", this.plan.edited, this.language);
    },
  },
  methods: {
    format(value) {
      return number(value, this.language);
    },
    namesOf(column) {
      if (!column) return [];
      return this.plan.headers.includes(column) ? [column] : column.split(", ");
    },
    causeWords(cause) {
      const values = cause.values.slice(0, 2).map((value) => `“${value.length > 24 ? `${value.slice(0, 23)}…` : value}”`);
      return values.join(", ") || this.texts[`cause_${cause.code}`] || cause.code.replaceAll("_", " ");
    },
    choose(cause) {
      this.cause = cause;
      this.offset = 0;
      this.ask();
    },
    turn(by) {
      this.offset = Math.max(0, this.offset + by * this.pageRows);
      this.ask();
    },
    ask() {
      this.loading = true;
      this.serial += 1;
      const cause = this.cause && { code: this.cause.code, column: this.cause.column };
      this.$emit("rows", { serial: this.serial, offset: this.offset, cause });
    },
    showRows(serial, rows) {
      if (serial !== this.serial) return;
      this.loading = false;
      if (rows) this.rows = rows;
    },
    cell(row, name) {
      return this.cells[row.line]?.[name] ?? row.cells[name] ?? "";
    },
    size(row, name) {
      return Math.min(32, Math.max(8, this.cell(row, name).length + 1));
    },
    cellLabel(row, name) {
      return `${name}, ${this.lineWords(row.line)}`;
    },
    lineWords(line) {
      return fill(this.texts.line, { n: this.format(line) });
    },
    dropLabel(row) {
      return `${this.dropped[row.line] ? this.texts.keep_row : this.texts.drop_row}, ${this.lineWords(row.line)}`;
    },
    isTouched(row, name) {
      return this.cells[row.line]?.[name] !== undefined;
    },
    isFine(row) {
      return !!this.cells[row.line] && !this.dropped[row.line] && this.judged[row.line]?.length === 0 && !this.judging[row.line];
    },
    reasons(row) {
      const judged = this.cells[row.line] && this.judged[row.line];
      if (judged) return judged.map((issue) => ({ column: issue.column, message: issue.message, remedy: issue.suggestion }));
      return row.reasons;
    },
    problem(row, name) {
      return !this.dropped[row.line] && this.reasons(row).some((reason) => this.namesOf(reason.column).includes(name));
    },
    edit(row, name, text) {
      const cells = { ...this.cells[row.line], [name]: text };
      if (text === (row.cells[name] ?? "")) delete cells[name];
      if (Object.keys(cells).length) this.cells[row.line] = cells;
      else delete this.cells[row.line];
      this.keep();
      if (this.cells[row.line]) this.judge([row.line]);
    },
    // also what is typed and not left yet
    reset(row, name, input) {
      input.value = row.cells[name] ?? "";
      this.edit(row, name, row.cells[name] ?? "");
    },
    judgeAll() {
      const lines = Object.keys(this.cells);
      if (lines.length) this.judge(lines);
    },
    judge(lines) {
      const serial = (this.judgedSerial = (this.judgedSerial ?? 0) + 1);
      for (const line of lines) this.judging[line] = serial;
      this.$emit("check", { serial, cells: Object.fromEntries(lines.map((line) => [line, { ...this.cells[line] }])) });
    },
    // a row that was not judged, as it could not be, is told as it was
    checked(serial, found) {
      for (const [line, asked] of Object.entries(this.judging)) {
        if (asked !== serial) continue;
        if (found[line]) this.judged[line] = found[line];
        else delete this.judged[line];
        delete this.judging[line];
      }
    },
    drop(row) {
      if (this.dropped[row.line]) delete this.dropped[row.line];
      else this.dropped[row.line] = true;
      this.keep();
    },
    apply() {
      const cells = Object.fromEntries(Object.entries(this.cells).filter(([line]) => !this.dropped[line]));
      this.$emit("apply", { cells, dropped: Object.keys(this.dropped).map(Number) });
    },
    applied() {
      this.discard();
    },
    discard() {
      this.cells = {};
      this.dropped = {};
      this.judged = {};
      this.judging = {};
      this.keep();
    },
    keep() {
      try {
        if (this.pending) localStorage.setItem(this.key, JSON.stringify({ cells: this.cells, dropped: this.dropped }));
        else localStorage.removeItem(this.key);
      } catch {
        // a browser that keeps nothing still works
      }
    },
    restore() {
      try {
        const kept = JSON.parse(localStorage.getItem(this.key) ?? "{}");
        this.cells = kept.cells ?? {};
        this.dropped = kept.dropped ?? {};
        this.judgeAll();
      } catch {
        this.discard();
      }
    },
  },
};
