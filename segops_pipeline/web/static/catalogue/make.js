// A new product: its key, its name, and what every product must have.
export const MakeProduct = {
  props: ["fields", "texts"],
  data: () => ({ given: {}, problem: null, busy: false }),
  template: `
    <dialog ref="dialog" aria-labelledby="make-title"><form @submit.prevent="make">
      <h2 id="make-title">{{ texts.make }}</h2>
      <div v-for="field in asked" :key="field.name" class="field">
        <label>{{ field.label }}<span v-if="field.required" class="soft"> *</span>
          <select v-if="field.type === 'boolean'" v-model="given[field.name]" :required="field.required"><option value="">–</option><option value="true">{{ texts.yes }}</option><option value="false">{{ texts.no }}</option></select>
          <textarea v-else-if="several(field)" v-model="given[field.name]" rows="3" :required="field.required" :aria-describedby="about(field)"></textarea>
          <input v-else type="text" v-model="given[field.name]" :required="field.required" :aria-describedby="about(field)" /></label>
        <p v-if="hint(field)" class="soft hint">{{ hint(field) }}</p>
        <p v-if="problem?.column === field.name" :id="'make-' + field.name" class="problem" role="alert">{{ problem.message }} {{ problem.remedy }}</p></div>
      <p v-if="problem && !asked.some((field) => field.name === problem.column)" class="problem" role="alert">{{ problem.message }} {{ problem.remedy }}</p>
      <div class="actions"><button type="submit" class="main" :disabled="busy">{{ texts.make_now }}</button>
        <button type="button" @click="$refs.dialog.close()">{{ texts.cancel }}</button></div></form></dialog>`,
  computed: {
    asked() {
      const own = [{ name: "sku", label: "SKU", type: "string", required: true }, { name: "name", label: this.texts.name, type: "string" }];
      return [...own, ...this.fields.filter((field) => field.required)];
    },
  },
  methods: {
    several: (field) => ["array", "multi_price"].includes(field.type),
    hint(field) {
      return this.texts["hint_" + field.type];
    },
    about(field) {
      return this.problem?.column === field.name ? "make-" + field.name : undefined;
    },
    open() {
      [this.given, this.problem] = [Object.fromEntries(this.asked.map((field) => [field.name, ""])), null];
      this.$refs.dialog.showModal();
    },
    async make() {
      const { sku, name, ...others } = this.given;
      const data = Object.fromEntries(this.asked.slice(2).map((field) => [field.name, segopsValues.edited(others[field.name], field.type)]));
      [this.busy, this.problem] = [true, null];
      const answer = await segops.post("/api/pim/products/", { sku, name, data });
      this.busy = false;
      if (answer.ok) location.assign("/pim/products/" + (await answer.json()).id);
      else this.problem = await segops.error(answer);
    },
  },
};
