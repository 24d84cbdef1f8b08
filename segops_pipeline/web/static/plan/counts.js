// What becomes of the rows: a sentence, tiles that add up, and what a person should know besides.
import { counted, fill, number } from "/static/plan/words.js";

export const OUTCOMES = ["created", "updated", "unchanged", "conflicts", "rejected", "skipped"];
const ICONS = {
  created: "add_circle", updated: "edit", unchanged: "check_circle", conflicts: "call_split", rejected: "block", skipped: "redo",
};

export default {
  props: ["plan", "texts", "language"],
  template: `
    <section class="card plan-summary" aria-labelledby="plan-sentence">
      <p id="plan-sentence" class="sentence">{{ sentence }}</p>
      <dl class="tiles">
        <div v-for="name in outcomes" :key="name" class="tile" :class="[name, { zero: !plan.counts[name] }]">
          <dt><span class="q-icon material-icons" aria-hidden="true">{{ icons[name] }}</span>{{ texts[name] }}</dt>
          <dd>{{ format(plan.counts[name]) }}</dd>
        </div>
      </dl>
      <div class="whole" aria-hidden="true"><span v-for="name in there" :key="name" :class="name" :style="{ flexGrow: plan.counts[name] }"></span></div>
      <p class="soft small sum">{{ sum }}</p>
      <ul v-if="notes.length" class="notes"><li v-for="note in notes" :key="note">{{ note }}</li></ul>
    </section>`,
  created() {
    this.outcomes = OUTCOMES;
    this.icons = ICONS;
  },
  computed: {
    there() {
      return OUTCOMES.filter((name) => this.plan.counts[name]);
    },
    sentence() {
      const { counts } = this.plan;
      const parts = ["created", "updated", "unchanged"].filter((name) => counts[name]);
      const said = parts.map((name) => counted(this.texts, `say_${name}`, counts[name], this.language));
      const left = ["conflicts", "rejected", "skipped"].filter((name) => counts[name]);
      const leaves = left.map((name) => counted(this.texts, `say_${name}`, counts[name], this.language));
      const first = said.length ? this.listed(said) : this.texts.say_nothing;
      const rows = counted(this.texts, "say_rows", counts.rows, this.language);
      return `${fill(this.texts.sentence, { rows, what: first })}${leaves.length ? ` ${this.upper(this.listed(leaves))}.` : ""}`;
    },
    sum() {
      const words = (name) => (name === "conflicts" ? this.texts.in_conflict : this.texts[name].toLowerCase());
      const parts = this.there.map((name) => `${this.format(this.plan.counts[name])} ${words(name)}`);
      const found = OUTCOMES.reduce((total, name) => total + this.plan.counts[name], 0);
      return `${parts.join(" + ") || "0"} = ${counted(this.texts, "say_rows", found, this.language)}`;
    },
    notes() {
      const { skipped, products, counts } = this.plan;
      const reasons = ["dropped", "missing", "exists", "later"].filter((name) => skipped[name]);
      const told = reasons.map((name) => counted(this.texts, `note_${name}`, skipped[name], this.language));
      const folded = counts.skipped - Object.values(skipped).reduce((total, count) => total + count, 0);
      if (folded > 0) told.push(counted(this.texts, "note_folded", folded, this.language));
      if (counts.conflicts) told.push(counted(this.texts, "note_conflicts", counts.conflicts, this.language));
      for (const name of ["deleted", "deactivated"]) {
        if (products[name]) told.push(counted(this.texts, `note_${name}`, products[name], this.language));
      }
      return told;
    },
  },
  methods: {
    format(value) {
      return number(value, this.language);
    },
    listed(parts) {
      return new Intl.ListFormat(this.language, { type: "conjunction" }).format(parts);
    },
    upper(text) {
      return text.charAt(0).toUpperCase() + text.slice(1);
    },
  },
};
