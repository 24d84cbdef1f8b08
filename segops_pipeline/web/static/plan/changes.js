// What changes: per field with bars, what is cleared, and sampled products old → new.
import { counted, fill, fromText, number, Value } from "/static/plan/words.js";

const FEW = 12;
const KINDS = ["set", "changed", "cleared"];
const BADGES = { created: "good", updated: "info", conflict: "warn", deleted: "bad", deactivated: "warn", unchanged: "" };

export const First = {
  components: { Value },
  props: ["plan", "texts", "language"],
  data: () => ({ all: false }),
  template: `
    <section class="card" aria-labelledby="plan-first">
      <h2 id="plan-first">{{ texts.first_title }}</h2>
      <p v-if="!plan.first.length" class="soft">{{ texts.first_none }}</p>
      <template v-else>
        <div class="scroll" tabindex="0" role="group" :aria-label="texts.first_title">
          <table class="plain first">
            <thead><tr><th scope="col">{{ plan.records ? texts.record : 'SKU' }}</th><th v-for="field in shown" :key="field.key" scope="col" :class="{ number: isNumber(field) }">{{ field.key === 'name' ? texts.name : field.label }}</th><th scope="col">{{ texts.becomes }}</th></tr></thead>
            <tbody><tr v-for="one in plan.first" :key="one.line + one.sku">
              <th scope="row"><bdi>{{ one.sku }}</bdi></th>
              <td v-for="field in shown" :key="field.key" :class="{ number: isNumber(field) }"><Value :value="one.values[field.key]" :type="field.type" :texts="texts" :language="language" /></td>
              <td><span class="badge" :class="badges[one.outcome]">{{ texts['is_' + one.outcome] }}</span></td>
            </tr></tbody>
          </table>
        </div>
        <button v-if="plan.fields.length > few" type="button" class="quiet more" :aria-expanded="all" @click="all = !all">{{ all ? texts.fewer_fields : more }}</button>
      </template>
    </section>`,
  created() {
    this.badges = BADGES;
    this.few = FEW;
  },
  computed: {
    shown() {
      return this.all ? this.plan.fields : this.plan.fields.slice(0, FEW);
    },
    more() {
      return counted(this.texts, "more_fields", this.plan.fields.length - FEW, this.language);
    },
  },
  methods: {
    isNumber: (field) => field.type === "number" || field.type === "price",
  },
};

export const Fields = {
  props: ["plan", "texts", "language"],
  data: () => ({ all: false }),
  template: `
    <section class="card" aria-labelledby="plan-fields">
      <h2 id="plan-fields">{{ texts.fields_title }}</h2>
      <p v-if="!changing.length" class="soft">{{ texts.fields_none }}</p>
      <template v-else>
        <ul class="legend small" aria-hidden="true"><li v-for="kind in kinds" :key="kind"><span :class="kind"></span>{{ texts[kind] }}</li></ul>
        <div class="scroll" tabindex="0" role="group" :aria-label="texts.fields_title">
          <table class="plain changes">
            <thead><tr><th scope="col">{{ texts.field }}</th><th scope="col" class="bar-column"><span class="unseen">{{ texts.share }}</span></th><th v-for="kind in kinds" :key="kind" scope="col" class="number">{{ texts[kind] }}</th></tr></thead>
            <tbody><tr v-for="field in shown" :key="field.key">
              <th scope="row">{{ field.key === 'name' ? texts.name : field.label }}</th>
              <td class="bar-column"><span class="bars" aria-hidden="true"><span v-for="kind in kinds" :key="kind" :class="kind" :style="{ width: width(field[kind]) }"></span></span></td>
              <td v-for="kind in kinds" :key="kind" class="number" :class="{ soft: !field[kind], amber: kind === 'cleared' && field[kind] }">{{ field[kind] ? format(field[kind]) : '–' }}</td>
            </tr></tbody>
          </table>
        </div>
        <button v-if="changing.length > few" type="button" class="quiet more" :aria-expanded="all" @click="all = !all">{{ all ? texts.fewer_fields : more }}</button>
      </template>
    </section>`,
  created() {
    this.kinds = KINDS;
    this.few = FEW;
  },
  computed: {
    changing() {
      const total = (field) => KINDS.reduce((sum, kind) => sum + field[kind], 0);
      return this.plan.fields.filter((field) => total(field) > 0).sort((one, other) => total(other) - total(one));
    },
    shown() {
      return this.all ? this.changing : this.changing.slice(0, FEW);
    },
    most() {
      return Math.max(...this.changing.map((field) => KINDS.reduce((sum, kind) => sum + field[kind], 0)), 1);
    },
    more() {
      return counted(this.texts, "more_fields", this.changing.length - FEW, this.language);
    },
  },
  methods: {
    width(count) {
      return count ? `max(3px, ${(100 * count) / this.most}%)` : "0";
    },
    format(value) {
      return number(value, this.language);
    },
  },
};

export const Cleared = {
  components: { Value },
  props: ["plan", "texts", "language"],
  template: `
    <section v-if="plan.cleared.length" class="card amber-card" aria-labelledby="plan-cleared">
      <h2 id="plan-cleared"><span class="q-icon material-icons" aria-hidden="true">backspace</span>{{ texts.cleared_title }}</h2>
      <p class="small">{{ texts.cleared_why }}</p>
      <ul class="cleared-list">
        <li v-for="one in plan.cleared" :key="one.key"><strong>{{ label(one.key) }}</strong>: {{ count(one) }}
          <span v-if="one.examples.length" class="soft">– <template v-for="(example, place) in one.examples" :key="example.sku"><template v-if="place">, </template><bdi>{{ example.sku }}</bdi> (<s><Value :value="example.value" :type="type(one.key)" :texts="texts" :language="language" /></s>)</template><template v-if="one.count > one.examples.length"> …</template></span>
        </li>
      </ul>
    </section>`,
  methods: {
    field(key) {
      return this.plan.fields.find((one) => one.key === key);
    },
    label(key) {
      return key === "name" ? this.texts.name : (this.field(key)?.label ?? key);
    },
    type(key) {
      return this.field(key)?.type;
    },
    count(one) {
      return counted(this.texts, "cleared_values", one.count, this.language);
    },
  },
};

const CELLS = 6;

export const Diff = {
  components: { Value },
  props: ["plan", "texts", "language"],
  data: () => ({ open: {} }),
  template: `
    <section v-if="plan.diff.length" class="card" aria-labelledby="plan-diff">
      <h2 id="plan-diff">{{ texts.diff_title }}</h2>
      <p class="soft small">{{ texts.diff_signs }}</p>
      <div class="diff">
        <article v-for="(one, place) in plan.diff" :key="place" :aria-label="one.sku">
          <h3><span class="badge" :class="badges[one.outcome]">{{ texts['is_' + one.outcome] }}</span> <bdi>{{ one.sku }}</bdi> <span v-if="one.line" class="soft small">{{ line(one) }}</span></h3>
          <dl>
            <template v-for="cell in cells(one, place)" :key="cell.field">
              <dt>{{ label(cell.field) }}</dt>
              <dd>
                <del v-if="cell.before !== null"><span class="sign" aria-hidden="true">−</span><span class="unseen">{{ one.outcome === 'conflict' ? texts.of_product : texts.was }} </span><Value :value="read(cell.before, cell.field)" :type="type(cell.field)" :texts="texts" :language="language" /></del>
                <ins v-if="cell.after !== null"><span class="sign" aria-hidden="true">+</span><span class="unseen">{{ one.outcome === 'conflict' ? texts.of_file : texts.will_be }} </span><Value :value="read(cell.after, cell.field)" :type="type(cell.field)" :texts="texts" :language="language" /></ins>
                <span v-else-if="one.outcome === 'updated'" class="amber small">{{ texts.is_cleared }}</span>
              </dd>
            </template>
          </dl>
          <button v-if="one.cells.length > most" type="button" class="quiet more" :aria-expanded="!!open[place]" @click="open[place] = !open[place]">{{ open[place] ? texts.fewer_fields : more(one) }}</button>
        </article>
      </div>
    </section>`,
  created() {
    this.badges = BADGES;
    this.most = CELLS;
  },
  methods: {
    cells(one, place) {
      return this.open[place] ? one.cells : one.cells.slice(0, CELLS);
    },
    field(key) {
      return this.plan.fields.find((one) => one.key === key);
    },
    label(key) {
      if (key === "name") return this.texts.name;
      return key === "is_active" ? this.texts.active : (this.field(key)?.label ?? key);
    },
    type(key) {
      return key === "is_active" ? "boolean" : this.field(key)?.type;
    },
    read(text, key) {
      return fromText(text, this.type(key));
    },
    line(one) {
      return fill(this.texts.line, { n: number(one.line, this.language) });
    },
    more(one) {
      return counted(this.texts, "more_fields", one.cells.length - CELLS, this.language);
    },
  },
};
