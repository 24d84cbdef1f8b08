// The steps of a column: what is done to its text before it is read. What comes out is shown as it is typed.
import { fill, Value } from "/static/plan/words.js";

const EMPTY = {
  trim: { characters: "" }, case: { case: "upper" }, replace: { old: "", new: "" }, take: { separator: ";", part: 1 }, list: { separator: ";" },
  join: { columns: [], separator: " " }, prefix: { text: "" }, suffix: { text: "" }, constant: { text: "" }, default: { text: "" },
  number: { example: "1.234,56" }, date: { order: "day-first" }, unit_remove: {}, unit: { source: "", target: "kg" },
  map: { pairs: [["", ""]], has_other: false, other: "" }, extract: { pattern: "" }, phone: { region: "" }, email: {}, address: { part: "" },
};
const FIELDS = {
  trim: ["characters"], replace: ["old", "new"], take: ["separator", "part"], list: ["separator"], prefix: ["text"], suffix: ["text"],
  constant: ["text"], default: ["text"], number: ["example"], extract: ["pattern"], phone: ["region"],
};
const WAIT = 60; // milliseconds after a key
const MOST = 20;

export default {
  components: { Value },
  props: ["column", "target", "given", "kinds", "others", "units", "parts", "texts", "language"],
  emits: ["preview", "save", "close"],
  data: () => ({ steps: [], cells: null, type: "text", problem: null, serial: 0, adding: "", waiting: null, saving: false }),
  template: `
    <form class="steps-form" @submit.prevent="save" :aria-label="title">
      <header><h2 id="steps-title">{{ title }}</h2><button type="button" class="quiet" :aria-label="texts.close" @click="$emit('close')"><span class="q-icon material-icons" aria-hidden="true">close</span></button></header>
      <p class="soft small">{{ target ? fillTarget : texts.no_target }}</p>
      <ol class="step-list" :aria-label="texts.steps">
        <li v-for="(step, place) in steps" :key="step.id" :class="{ wrong: problem && problem.place === place }">
          <fieldset><legend>{{ place + 1 }}. {{ texts['kind_' + step.kind] }}</legend>
            <p class="soft small">{{ texts['about_' + step.kind] }}</p>
            <div class="arguments">
              <label v-for="name in fields[step.kind] ?? []" :key="name">{{ texts['argument_' + name] }}
                <input :type="name === 'part' ? 'number' : 'text'" v-model="step.values[name]" :placeholder="texts['hint_' + step.kind + '_' + name] ?? ''" @input="later" spellcheck="false" autocomplete="off"></label>
              <label v-if="step.kind === 'case'">{{ texts.argument_case }}<select v-model="step.values.case" @change="now"><option v-for="one in ['upper', 'lower', 'title', 'sentence']" :key="one" :value="one">{{ texts['case_' + one] }}</option></select></label>
              <label v-if="step.kind === 'date'">{{ texts.argument_order }}<select v-model="step.values.order" @change="now"><option v-for="one in ['day-first', 'month-first', 'year-first']" :key="one" :value="one">{{ texts['order_' + one.split('-')[0]] }}</option></select></label>
              <template v-if="step.kind === 'unit'">
                <label>{{ texts.argument_source }}<select v-model="step.values.source" @change="now"><option value="">{{ texts.unit_in_cell }}</option><option v-for="unit in alike(step)" :key="unit.name">{{ unit.name }}</option></select></label>
                <label>{{ texts.argument_target }}<select v-model="step.values.target" @change="now"><option v-for="unit in units" :key="unit.name">{{ unit.name }}</option></select></label>
              </template>
              <label v-if="step.kind === 'address'">{{ texts.argument_address }}<select v-model="step.values.part" @change="now"><option value="">{{ texts.address_whole }}</option><option v-for="part in parts" :key="part" :value="part">{{ texts['address_' + part] }}</option></select></label>
              <template v-if="step.kind === 'join'">
                <label>{{ texts.argument_columns }}<select @change="addColumn(step, $event)"><option value="">{{ texts.choose_column }}</option><option v-for="name in others" :key="name" :disabled="step.values.columns.includes(name)">{{ name }}</option></select></label>
                <span class="chips"><button v-for="name in step.values.columns" :key="name" type="button" class="chip" :aria-label="texts.remove + ' ' + name" @click="step.values.columns = step.values.columns.filter((one) => one !== name); now()"><bdi>{{ name }}</bdi> ×</button></span>
                <label>{{ texts.argument_between }}<input type="text" v-model="step.values.separator" @input="later"></label>
              </template>
              <div v-if="step.kind === 'map'" class="pairs">
                <div v-for="(pair, at) in step.values.pairs" :key="at" class="pair"><input type="text" v-model="pair[0]" :aria-label="texts.pair_from" :placeholder="texts.pair_from" @input="later"><span aria-hidden="true">→</span><input type="text" v-model="pair[1]" :aria-label="texts.pair_to" :placeholder="texts.pair_to" @input="later"><button type="button" class="quiet" :aria-label="texts.remove" :disabled="step.values.pairs.length === 1" @click="step.values.pairs.splice(at, 1); now()"><span class="q-icon material-icons" aria-hidden="true">close</span></button></div>
                <div class="actions"><button type="button" @click="step.values.pairs.push(['', ''])">{{ texts.add_pair }}</button><button type="button" :disabled="!cells || !cells.length" @click="addValues(step)">{{ texts.add_values }}</button></div>
                <label class="check"><input type="checkbox" v-model="step.values.has_other" @change="now"> {{ texts.has_other }}</label>
                <label v-if="step.values.has_other">{{ texts.argument_other }}<input type="text" v-model="step.values.other" @input="later"></label>
              </div>
            </div>
            <p v-if="problem && problem.place === place" class="bad-words small" role="alert">{{ problem.message }} {{ problem.remedy }}</p>
          </fieldset>
          <div class="step-acts"><button type="button" class="quiet" :disabled="!place" :aria-label="texts.up + ', ' + texts['kind_' + step.kind]" @click="move(place, -1)"><span class="q-icon material-icons" aria-hidden="true">arrow_upward</span></button><button type="button" class="quiet" :disabled="place === steps.length - 1" :aria-label="texts.down + ', ' + texts['kind_' + step.kind]" @click="move(place, 1)"><span class="q-icon material-icons" aria-hidden="true">arrow_downward</span></button><button type="button" class="quiet" :aria-label="texts.remove + ', ' + texts['kind_' + step.kind]" @click="remove(place)"><span class="q-icon material-icons" aria-hidden="true">delete</span></button></div>
        </li>
      </ol>
      <p v-if="!steps.length" class="soft">{{ texts.no_steps }}</p>
      <label v-if="steps.length < most" class="add">{{ texts.add }}<select ref="add" v-model="adding" @change="add"><option value="">{{ texts.choose_step }}</option><option v-for="kind in kinds" :key="kind" :value="kind">{{ texts['kind_' + kind] }}</option></select></label>
      <section class="step-preview" aria-live="polite" aria-labelledby="steps-preview">
        <h3 id="steps-preview">{{ texts.preview }}</h3>
        <p v-if="problem && problem.place === null" class="bad-words small" role="alert">{{ problem.message }} {{ problem.remedy }}</p>
        <p v-if="cells && !cells.length" class="soft small">{{ texts.preview_none }}</p>
        <div v-if="cells && cells.length" class="scroll" tabindex="0" role="region" :aria-label="texts.preview"><table class="plain">
          <thead><tr><th scope="col">{{ texts.before }}</th><th scope="col">{{ texts.after }}</th><th scope="col">{{ texts.value }}</th></tr></thead>
          <tbody><tr v-for="(cell, at) in cells" :key="at" :class="{ refused: cell.refused }"><td><bdi>{{ cell.before || texts.none }}</bdi></td><td :class="{ changed: cell.after !== cell.before }"><bdi>{{ cell.after || texts.none }}</bdi></td>
            <td v-if="cell.refused" class="bad-words"><span class="q-icon material-icons" aria-hidden="true">block</span> {{ cell.refused.message }}</td><td v-else><Value :value="cell.value" :type="type" :texts="texts" :language="language" /></td></tr></tbody>
        </table></div>
      </section>
      <footer class="actions"><span class="small" :class="refused ? 'bad-words' : 'soft'">{{ outcome }}</span><button type="button" @click="$emit('close')">{{ texts.cancel_steps }}</button><button type="submit" class="main" :disabled="saving || !!problem">{{ texts.save_steps }}</button></footer>
    </form>`,
  created() {
    this.fields = FIELDS;
    this.most = MOST;
    this.steps = this.given.map((step, id) => ({ ...JSON.parse(JSON.stringify(step)), id }));
    this.next = this.steps.length;
  },
  mounted() {
    this.now();
    if (!this.steps.length) this.$refs.add?.focus();
  },
  beforeUnmount() {
    clearTimeout(this.waiting);
  },
  computed: {
    title() {
      return fill(this.texts.title, { column: this.column });
    },
    fillTarget() {
      return fill(this.texts.to_target, { target: this.target });
    },
    refused() {
      return (this.cells ?? []).filter((cell) => cell.refused).length;
    },
    outcome() {
      if (!this.cells?.length) return "";
      return fill(this.refused ? this.texts.some_refused : this.texts.all_good, { n: this.refused, all: this.cells.length });
    },
  },
  methods: {
    sent() {
      return this.steps.map(({ kind, values }) => ({ kind, values: JSON.parse(JSON.stringify(values)) }));
    },
    later() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(this.now, WAIT);
    },
    now() {
      clearTimeout(this.waiting);
      this.serial += 1;
      this.$emit("preview", { serial: this.serial, steps: this.sent() });
    },
    previewed(serial, answer) {
      if (serial !== this.serial) return; // an older answer
      this.problem = answer.problem;
      this.cells = answer.cells;
      this.type = answer.type ?? this.type;
      this.saving = false;
    },
    add() {
      if (!this.adding) return;
      this.steps.push({ kind: this.adding, values: structuredClone(EMPTY[this.adding]), id: this.next++ });
      this.adding = "";
      this.now();
      this.$nextTick(() => this.$el.querySelector(".step-list > li:last-child :is(input, select)")?.focus());
    },
    move(place, by) {
      const [step] = this.steps.splice(place, 1);
      this.steps.splice(place + by, 0, step);
      this.now();
      this.$nextTick(() => segops.focusMoved(this.acts(place + by), by));
    },
    remove(place) {
      this.steps.splice(place, 1);
      this.now();
      this.$nextTick(() => ([...this.acts(Math.min(place, this.steps.length - 1))].pop() ?? this.$refs.add)?.focus());
    },
    acts(place) {
      return this.$el.querySelectorAll(".step-list > li")[place]?.querySelectorAll(".step-acts button") ?? [];
    },
    alike(step) {
      const kind = this.units.find((unit) => unit.name === step.values.target)?.kind;
      return this.units.filter((unit) => unit.kind === kind);
    },
    addColumn(step, event) {
      if (event.target.value) step.values.columns.push(event.target.value);
      event.target.value = "";
      this.now();
    },
    addValues(step) {
      const known = new Set(step.values.pairs.map(([from]) => from));
      const fresh = [...new Set(this.cells.map((cell) => cell.before))].filter((text) => text && !known.has(text));
      step.values.pairs = [...step.values.pairs.filter(([from, to]) => from || to), ...fresh.map((text) => [text, text])];
      this.now();
    },
    unsaved() {
      this.saving = false;
    },
    save() {
      this.saving = true;
      this.$emit("save", { steps: this.sent() });
    },
  },
};
