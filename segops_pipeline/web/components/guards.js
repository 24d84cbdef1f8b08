// The guards of the workspace, or of one source: each with its limit, which is saved as it is set. Shares are per cent.
export default {
  props: ["texts", "maywrite", "guards"],
  data: () => ({ limits: null, sources: [], source: "", values: {}, failed: "", notice: "" }),
  template: `
    <section class="card guards" :aria-label="texts.title">
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p v-if="!limits && !failed" class="soft">{{ texts.loading }}</p>
      <template v-if="limits">
        <label>{{ texts.of }} <select v-model="source" @change="take"><option value="">{{ texts.whole }}</option><option v-for="name in sources" :key="name" :value="name">{{ name }}</option></select></label>
        <form v-for="guard in guards" :key="guard.name" class="guard" @submit.prevent="save(guard)">
          <span class="limit"><input :id="'guard-' + guard.name" type="number" min="0" :max="guard.share ? 100 : null" step="any" v-model="values[guard.name]" :required="guard.always" :placeholder="texts.off" :disabled="!maywrite" />
            <span aria-hidden="true">{{ guard.share || guard.always ? '%' : '' }}</span></span>
          <label :for="'guard-' + guard.name">{{ guard.what }}</label>
          <span class="soft from">{{ from(guard) }}</span>
          <button v-if="maywrite" type="submit" :disabled="!changed(guard)">{{ texts.save }}<span class="unseen">: {{ guard.what }}</span></button>
          <button v-if="maywrite && is_own(guard)" type="button" @click="forget(guard)">{{ source ? texts.as_workspace : texts.as_default }}<span class="unseen">: {{ guard.what }}</span></button>
        </form>
        <p v-if="maywrite" class="soft hint">{{ texts.off_hint }}</p>
      </template>
    </section>`,
  mounted() {
    this.load();
  },
  methods: {
    async load() {
      const [limits, sources] = await Promise.all([segops.look("/api/pim/guards/"), segops.look("/api/pim/sources/?page_size=200")]);
      if (!limits.ok) {
        this.failed = (await segops.error(limits)).message;
        return;
      }
      this.limits = await limits.json();
      this.sources = sources.ok ? (await sources.json()).results.map((one) => one.name) : [];
      this.take();
    },
    limit(guard, source) {
      return this.limits.find((one) => one.guard === guard.name && (one.source ?? "") === source);
    },
    shown(guard) {
      const found = this.limit(guard, this.source) ?? this.limit(guard, "");
      if (found.most === null) return "";
      return String(guard.share ? Number((found.most * 100).toPrecision(12)) : found.most);
    },
    take() {
      [this.failed, this.notice] = ["", ""];
      this.values = Object.fromEntries(this.guards.map((guard) => [guard.name, this.shown(guard)]));
    },
    changed(guard) {
      return String(this.values[guard.name]) !== this.shown(guard);
    },
    from(guard) {
      if (this.source && this.limit(guard, this.source)) return this.texts.of_source;
      return this.limit(guard, "").is_set ? this.texts.of_workspace : this.texts.of_default;
    },
    is_own(guard) {
      return this.limit(guard, this.source)?.is_set ?? false;
    },
    async forget(guard) {
      const of = this.source ? "?source=" + encodeURIComponent(this.source) : "";
      await this.told(guard, await segops.request("DELETE", `/api/pim/guards/${guard.name}/${of}`));
    },
    async save(guard) {
      const given = this.values[guard.name];
      // told as text, so that 12.3 % is 0.123 and not what a machine makes of it
      const most = given === "" ? null : guard.share ? (Number(given) / 100).toFixed(10) : String(given);
      await this.told(guard, await segops.request("PUT", `/api/pim/guards/${guard.name}/`, { most, source: this.source || null }));
    },
    async told(guard, answer) {
      [this.failed, this.notice] = ["", ""];
      if (!answer.ok) {
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
        return;
      }
      const kept = { ...this.values };
      await this.load();
      for (const other of this.guards) if (other.name !== guard.name) this.values[other.name] = kept[other.name];
      this.notice = `${guard.what}: ${this.texts.saved}`;
    },
  },
};
