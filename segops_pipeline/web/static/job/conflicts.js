// The rows of an import that wait for a person: take what the file gives, keep the product, or write something else.
const SHOWN = 20;

export const Conflicts = {
  props: ["job", "waiting", "texts", "maywrite", "locale"],
  emits: ["answered"],
  data: () => ({ conflicts: [], count: 0, page: 1, editing: null, values: {}, problem: "", busy: false, is_unread: false, asked: 0 }),
  template: `
    <section v-if="count || problem" class="card" id="conflicts" tabindex="-1">
      <h2>{{ texts.conflicts_title }} ({{ segopsJobs.number(count, locale) }})</h2>
      <p class="soft">{{ texts.conflicts_hint }}</p>
      <p v-if="problem" class="notice bad" role="alert">{{ problem }}</p>
      <div v-if="maywrite && count > 1" class="actions">
        <button type="button" :disabled="busy" @click="all('accept')">{{ texts.take_all }}</button>
        <button type="button" :disabled="busy" @click="all('reject')">{{ texts.keep_all }}</button></div>
      <form v-for="conflict in conflicts" :key="conflict.id" class="conflict" :data-sku="conflict.sku" @submit.prevent="edit(conflict)">
        <h3>{{ conflict.sku }} <span class="soft">{{ texts.line }} {{ conflict.line }}</span></h3>
        <div class="scroll" tabindex="0" role="region" :aria-label="conflict.sku"><table class="plain"><caption class="unseen">{{ conflict.sku }}</caption>
          <thead><tr><th scope="col">{{ texts.field }}</th><th scope="col">{{ texts.file_before }}</th><th scope="col">{{ texts.product_has }}</th><th scope="col">{{ texts.file_has }}</th></tr></thead>
          <tbody><tr v-for="(given, field) in conflict.fields" :key="field">
            <th scope="row">{{ field }}</th><td class="soft">{{ shown(given.file_last) }}</td><td>{{ shown(given.product_now) }}</td>
            <td><label v-if="editing === conflict.id"><span class="unseen">{{ field }}</span><input type="text" v-model="values[field]" /></label>
              <template v-else>{{ shown(given.file_now) }}</template></td></tr></tbody></table></div>
        <div v-if="maywrite && editing === conflict.id" class="actions">
          <button type="submit" class="main" :disabled="busy">{{ texts.write }}</button><button type="button" @click="editing = null">{{ texts.cancel_edit }}</button></div>
        <div v-else-if="maywrite" class="actions">
          <button type="button" :disabled="busy" @click="one(conflict, 'accept')">{{ texts.take_file }}</button>
          <button type="button" :disabled="busy" @click="one(conflict, 'reject')">{{ texts.keep_product }}</button>
          <button type="button" :disabled="busy" @click="begin(conflict)">{{ texts.write_other }}</button></div>
      </form>
      <nav v-if="count > many" class="pages actions" :aria-label="texts.conflicts_title">
        <button type="button" :disabled="page === 1" @click="load(page - 1)">{{ texts.before }}</button>
        <button type="button" :disabled="page * many >= count" @click="load(page + 1)">{{ texts.next }}</button></nav>
    </section>`,
  computed: {
    many: () => SHOWN,
    segopsJobs: () => window.segopsJobs,
  },
  watch: {
    // others may have answered some
    waiting() {
      this.load(this.page);
    },
  },
  mounted() {
    this.load(1);
  },
  methods: {
    shown(value) {
      return segopsValues.shown(value, this.locale) || "–";
    },
    async load(page) {
      const asked = ++this.asked;
      const query = new URLSearchParams({ job_id: this.job, page, page_size: SHOWN });
      const answer = await segops.look("/api/pim/conflicts/?" + query);
      const told = answer.ok ? await answer.json() : null;
      if (asked !== this.asked) return; // something else has been asked for meanwhile
      if (!told) return this.refuse(answer, true);
      if (this.is_unread) [this.problem, this.is_unread] = ["", false];
      if (!told.results.length && told.count) return this.load(Math.ceil(told.count / SHOWN));
      [this.page, this.conflicts, this.count] = [page, told.results, told.count];
    },
    async refuse(answer, is_unread = false) {
      const error = await segops.error(answer);
      this.is_unread = is_unread;
      this.problem = `${error.message} ${error.remedy}`;
    },
    begin(conflict) {
      this.editing = conflict.id;
      this.values = Object.fromEntries(Object.entries(conflict.fields).map(([field, given]) => [field, segopsValues.inOneLine(given.file_now)]));
    },
    one(conflict, answer) {
      return this.resolve({ answer, ids: [conflict.id] });
    },
    all(answer) {
      return this.resolve({ answer, job_id: this.job });
    },
    edit(conflict) {
      return this.resolve({ answer: "edit", ids: [conflict.id], values: this.values });
    },
    async resolve(body) {
      [this.busy, this.problem] = [true, ""];
      const answer = await segops.post("/api/pim/conflicts/resolve/", body);
      this.busy = false;
      if (answer.ok) {
        if (body.ids?.[0] === this.editing || !body.ids) this.editing = null; // what is being written of another stays
        this.$emit("answered", body.answer);
      } else await this.refuse(answer);
      await this.load(this.page);
      await this.$nextTick();
      if (document.activeElement === document.body) document.getElementById("conflicts")?.focus(); // the button is gone
    },
  },
};
