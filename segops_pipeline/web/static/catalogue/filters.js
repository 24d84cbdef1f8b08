// What products can be narrowed down by: values of facets, any field by its value or a range, active or not.
const SHOWN = 6;
const ALL = 200;
const RANGED = ["number", "price", "multi_price", "datetime"];

export const Filters = {
  props: ["facets", "fields", "chosen", "active", "texts", "locale", "asked"],
  emits: ["toggle", "active"],
  data: () => ({ more: {}, asked_of: {}, field: "", how: "is", words: "" }),
  template: `
    <details :open="wide"><summary class="button">{{ texts.filters }}</summary>
      <form class="any" @submit.prevent="add"><label>{{ texts.by_field }}
          <select v-model="field" @change="how = 'is'"><option value="">–</option><option v-for="one in fields" :key="one.name" :value="one.name">{{ one.label }}</option></select></label>
        <template v-if="field"><label><span class="unseen">{{ texts.compare }}</span>
          <select v-model="how"><option value="is">=</option><option v-if="ranged" value="gte">≥</option><option v-if="ranged" value="lte">≤</option><option value="empty">{{ texts.is_empty }}</option></select></label>
        <label v-if="how !== 'empty'" class="grow"><span class="unseen">{{ texts.value }}</span><input type="text" v-model.trim="words" required maxlength="500" /></label>
        <button type="submit">{{ texts.add_filter }}</button></template></form>
      <label class="any">{{ texts.which }}
        <select :value="active" @change="$emit('active', $event.target.value)"><option value="">{{ texts.active }}</option><option value="false">{{ texts.inactive }}</option><option value="all">{{ texts.active_and_inactive }}</option></select></label>
      <fieldset v-for="facet in facets" :key="facet.field" class="facet"><legend>{{ facet.label }}</legend>
        <label v-for="one in values(facet)" :key="one.value">
          <input type="checkbox" :checked="is_chosen(facet, one)" @change="$emit('toggle', ['data.' + facet.field, one.value])" />
          <span class="value">{{ one.value }}</span> <span class="soft">{{ format(one.count) }}</span></label>
        <button v-if="facet.distinct > shown" type="button" class="quiet" :aria-expanded="Boolean(more[facet.field])" @click="open(facet)">{{ more[facet.field] ? texts.fewer : texts.more.replace('{count}', format(facet.distinct - shown)) }}</button>
      </fieldset></details>`,
  computed: {
    shown: () => SHOWN,
    wide: () => window.innerWidth > 900,
    ranged() {
      return RANGED.includes(this.fields.find((one) => one.name === this.field)?.type);
    },
  },
  watch: {
    facets() {
      for (const name of Object.keys(this.more)) this.fetch(name);
    },
  },
  methods: {
    format(value) {
      return new Intl.NumberFormat(this.locale).format(value);
    },
    is_chosen(facet, { value }) {
      return this.chosen.some((one) => one[0] === "data." + facet.field && one[1] === value);
    },
    // the first ones, and whatever is chosen
    values(facet) {
      return this.more[facet.field] ?? facet.values.filter((one, place) => place < SHOWN || this.is_chosen(facet, one));
    },
    open(facet) {
      if (!this.more[facet.field]) return this.fetch(facet.field);
      delete this.more[facet.field];
      this.asked_of[facet.field]++; // nor what is on its way
    },
    async fetch(name) {
      const asked = (this.asked_of[name] = (this.asked_of[name] ?? 0) + 1);
      const answer = await segops.look(`/api/pim/facets/?field=${encodeURIComponent(name)}&limit=${ALL}${this.asked("&")}`);
      const told = answer.ok ? await answer.json() : null;
      if (told && asked === this.asked_of[name]) this.more[name] = told.facets[0]?.values ?? [];
    },
    add() {
      const name = this.how === "gte" || this.how === "lte" ? `${this.field}__${this.how}` : "data." + this.field;
      this.$emit("toggle", [name, this.how === "empty" ? "" : this.words]);
      this.words = "";
    },
  },
};
