// Step 3 of the wizard: the plan, its rules, its rejected rows, and the button that lets exactly this plan happen.
import { Cleared, Diff, Fields, First } from "/static/plan/changes.js";
import Counts from "/static/plan/counts.js";
import Rejected from "/static/plan/rejected.js";
import Rules from "/static/plan/rules.js";
import { counted, fill, number } from "/static/plan/words.js";

export default {
  components: { Cleared, Counts, Diff, Fields, First, Rejected, Rules },
  props: ["texts", "language", "job", "pageRows"],
  emits: ["plan", "cancel", "rules", "confirm", "rows", "check", "apply", "drop_all", "take_back"],
  data: () => ({
    plan: null, rules: null, progress: { done: 0, total: 0, seconds: 0 }, isPlanning: true, isStopping: false, isStopped: false, error: null, stale: null,
    refusal: null, accepted: {}, isSending: false,
  }),
  template: `
    <div class="plan" :aria-busy="isPlanning">
      <section v-if="isPlanning" class="card planning" role="status" aria-live="polite">
        <h2>{{ plan ? texts.planning_again : texts.planning }}</h2>
        <progress :max="progress.total || 1" :value="progress.total ? progress.done : null" :aria-label="texts.planning"></progress>
        <div class="actions"><span class="small soft">{{ progressWords }}</span><button type="button" :disabled="isStopping" @click="stop">{{ isStopping ? texts.stopping : texts.cancel }}</button></div>
      </section>
      <div v-if="stale" class="notice warn told" role="alert"><span><strong>{{ texts.stale }}</strong> {{ stale.message }}</span><button type="button" @click="again">{{ texts.plan_again }}</button></div>
      <div v-if="refusal" class="notice bad" role="alert">{{ refusal.message }} {{ refusal.remedy }}</div>
      <div v-if="isStopped && !isPlanning" class="notice warn told" role="alert"><span>{{ texts.stopped }}</span><button type="button" @click="again">{{ texts.plan_again }}</button></div>
      <div v-if="error && !isPlanning" class="notice bad told" role="alert"><span><strong>{{ texts.failed }}</strong> {{ error.message }} {{ error.remedy }}</span><button type="button" @click="again">{{ texts.plan_again }}</button></div>
      <div class="plan-columns" :class="{ old: isPlanning || stale }">
        <div class="plan-main">
          <template v-if="plan && !error && !isStopped">
            <Counts :plan="plan" :texts="texts" :language="language" />
            <section v-if="plan.guards.length" class="card guards" aria-labelledby="plan-guards">
              <h2 id="plan-guards"><span class="q-icon material-icons" aria-hidden="true">front_hand</span>{{ texts.guards_title }}</h2>
              <p class="small">{{ texts.guards_why }}</p>
              <label v-for="one in plan.guards" :key="one.guard" class="guard"><input type="checkbox" v-model="accepted[one.guard]"> <span>{{ texts.seen }} <strong>{{ one.message }}</strong></span></label>
            </section>
            <div v-if="plan.strict" class="notice bad" role="status">{{ texts.strict_stops }} <a href="#rejected">{{ texts.see_rejected }}</a></div>
            <Cleared :plan="plan" :texts="texts" :language="language" />
            <Rejected ref="rejected" :plan="plan" :texts="texts" :language="language" :page-rows="pageRows" :busy="isPlanning" @rows="$emit('rows', $event)" @check="$emit('check', $event)" @apply="$emit('apply', $event)" @drop_all="$emit('drop_all')" @take_back="$emit('take_back', $event)" />
            <First :plan="plan" :texts="texts" :language="language" />
            <Fields :plan="plan" :texts="texts" :language="language" />
            <Diff :plan="plan" :texts="texts" :language="language" />
            <p v-if="plan.diff.length" class="actions downloads small"><span class="soft">{{ texts.download_diff }}</span><a class="button" :href="diffPath + 'csv'" download>CSV</a><a class="button" :href="diffPath + 'parquet'" download>Parquet</a></p>
          </template>
        </div>
        <aside class="plan-side"><Rules v-if="rules" :rules="rules" :texts="texts" :busy="isPlanning" @rules="choose" /></aside>
      </div>
      <div v-if="plan && !error && !isStopped" class="confirm-bar" role="region" :aria-label="texts.confirm_region">
        <div class="inside">
          <p class="small"><strong v-if="blocked" class="bad-words">{{ blocked }}</strong><template v-else>{{ means }}</template></p>
          <button type="button" class="main big" :disabled="!!blocked || isPlanning || isSending || !!stale" :aria-busy="isSending" @click="confirm"><span class="q-icon material-icons" aria-hidden="true">{{ isSending ? 'hourglass_top' : 'task_alt' }}</span>{{ button }}</button>
        </div>
      </div>
    </div>`,
  computed: {
    diffPath() {
      return `/api/pim/import/${this.job}/plan/diff/?format=`;
    },
    progressWords() {
      const { done, total, seconds } = this.progress;
      if (!total) return this.texts.begins;
      const rate = seconds > 0 ? Math.round(done / seconds) : 0;
      return fill(this.texts.progress, { done: number(done, this.language), total: number(total, this.language), rate: number(rate, this.language) });
    },
    rows() {
      const { created, updated, unchanged } = this.plan.counts;
      return created + updated + unchanged;
    },
    acts() {
      const { conflicts } = this.plan.counts;
      return this.rows + conflicts + Object.values(this.plan.products).reduce((sum, count) => sum + count, 0);
    },
    button() {
      return this.isSending ? this.texts.sending : counted(this.texts, "import", this.rows, this.language);
    },
    blocked() {
      if (this.plan.strict) return this.texts.blocked_strict;
      if (!this.acts) return this.texts.blocked_nothing;
      if (this.plan.guards.some((one) => !this.accepted[one.guard])) return this.texts.blocked_guards;
      return "";
    },
    means() {
      const { counts, products } = this.plan;
      const parts = ["created", "updated", "unchanged", "conflicts"].filter((name) => counts[name]);
      const said = parts.map((name) => counted(this.texts, `means_${name}`, counts[name], this.language));
      for (const name of ["deleted", "deactivated"]) if (products[name]) said.push(counted(this.texts, `means_${name}`, products[name], this.language));
      const left = counts.rejected + counts.skipped;
      if (left) said.push(counted(this.texts, "means_left", left, this.language));
      return `${said.join(" · ")}`;
    },
  },
  methods: {
    planning(done, total, seconds) {
      this.isPlanning = true;
      this.stale = this.refusal = null;
      this.progress = { done, total, seconds };
    },
    show(plan, rules) {
      this.plan = plan;
      this.rules = rules;
      this.accepted = {};
      this.error = this.stale = this.refusal = null;
      this.isPlanning = this.isStopping = this.isStopped = this.isSending = false;
    },
    stopped() {
      this.isPlanning = this.isStopping = false;
      this.isStopped = true;
    },
    failed(error, rules) {
      this.isPlanning = this.isStopping = false;
      this.error = error;
      this.rules = rules;
    },
    again() {
      this.isStopped = false;
      this.error = this.stale = this.refusal = null;
      this.isPlanning = true;
      this.progress = { done: 0, total: 0, seconds: 0 };
      this.$emit("plan");
    },
    stop() {
      this.isStopping = true;
      this.$emit("cancel");
    },
    choose(rules) {
      this.isStopped = false;
      this.$emit("rules", rules);
    },
    rules_refused() {
      this.rules = { ...this.rules };
    },
    confirm() {
      this.isSending = true;
      this.refusal = null;
      this.$emit("confirm", { token: this.plan.token, accept_guards: this.plan.guards.length > 0 });
    },
    async is_stale(error) {
      this.isSending = false;
      this.stale = error;
      window.scrollTo({ top: 0, behavior: "smooth" });
    },
    refused(error) {
      this.isSending = false;
      this.refusal = error;
      window.scrollTo({ top: 0, behavior: "smooth" });
    },
    leave(path) {
      this.$refs.rejected?.discard();
      location.href = path;
    },
    show_rows(serial, rows) {
      this.$refs.rejected?.showRows(serial, rows);
    },
    checked(serial, found) {
      this.$refs.rejected?.checked(serial, found);
    },
    applied() {
      this.$refs.rejected?.applied();
    },
  },
};
