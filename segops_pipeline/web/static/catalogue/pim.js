// What the PIM says of a product: values in their segments, placements, variants, bundle items.

// The parts of a segment's key: T:da|M:DENMARK is {T: "da", M: "DENMARK"}.
const parts = (key) => (key === "default" ? {} : Object.fromEntries(key.split("|").map((part) => [part[0], part.slice(2)])));

// The entries of a value that a language and a market choose: those that fit best, else the ones without either.
function chosen(segments, language, market) {
  const entries = Object.entries(segments).sort(([one], [other]) => (other === "default") - (one === "default"));
  if (!language && !market) return entries.map(([key, value]) => ({ key, value, near: false }));
  const fits = (said, wanted) => !said || !wanted || said === wanted;
  const scored = entries.map(([key, value]) => ({ key, value, ...parts(key) })).filter(({ T, M }) => fits(T, language) && fits(M, market));
  const score = ({ T, M }) => 2 * Boolean(T && T === language) + Boolean(M && M === market);
  const best = Math.max(0, ...scored.map(score));
  return scored.filter((one) => score(one) === best).map((one) => ({ ...one, near: (language && one.T !== language) || (market && one.M !== market) }));
}

// The values of one owner of an attribute.
export const PimValue = {
  props: ["attribute", "values", "language", "market", "texts", "locale"],
  template: `
    <component :is="attribute.is_multi && values.length > 1 ? 'ol' : 'div'" class="pim-value"><component :is="attribute.is_multi && values.length > 1 ? 'li' : 'div'" v-for="(value, place) in values" :key="place">
      <div v-for="field in filled(value)" :key="field.system_name"><span v-if="attribute.has_fields" class="soft">{{ named(field) }}: </span>
        <template v-for="(one, place) in chosen(field.segments, language, market)" :key="one.key"><template v-if="place"> · </template><span v-if="said(one, field)" class="badge segment">{{ said(one, field) }}</span>{{ ' ' }}<span class="value">{{ shown(one.value, field) }}</span></template></div>
      <span v-if="!filled(value).length" class="soft">{{ texts.empty }}</span></component></component>`,
  methods: {
    chosen,
    named(field) {
      return field.names["T:" + this.language] ?? field.names.default ?? field.system_name;
    },
    // with a choice only fields that have something in it
    filled(value) {
      return value.filter((field) => chosen(field.segments, this.language, this.market).length);
    },
    shown(value, field) {
      return segopsValues.typed(value, field.type === "PDateTime" ? "datetime" : "", this.locale);
    },
    // which segment a text is of: always where all are shown, else where it is not quite what was asked for
    said({ key, near }, field) {
      if (Object.keys(field.segments).length < 2 && key === "default") return "";
      if ((this.language || this.market) && !near) return "";
      return key === "default" ? this.texts.default : Object.values(parts(key)).join(", ");
    },
  },
};

// Which language and market values are shown in.
export const PimSwitch = {
  props: ["pim", "language", "market", "texts"],
  emits: ["update:language", "update:market"],
  template: `
    <div v-if="pim.languages.length || pim.markets.length" class="actions head switch">
      <label v-if="pim.languages.length">{{ texts.language }} <select :value="language" @change="$emit('update:language', $event.target.value)"><option value="">{{ texts.all_languages }}</option><option v-for="one in pim.languages" :key="one" :value="one">{{ one }}</option></select></label>
      <label v-if="pim.markets.length">{{ texts.market }} <select :value="market" @change="$emit('update:market', $event.target.value)"><option value="">{{ texts.all_markets }}</option><option v-for="one in pim.markets" :key="one" :value="one">{{ one }}</option></select></label></div>`,
};

const Way = {
  props: ["product", "texts"],
  template: `<a v-if="product.id" :href="'/pim/products/' + product.id">{{ product.sku }}</a><code v-else :title="texts.gone">{{ product.sku }}</code>{{ ' ' }}<span>{{ product.name }}</span>`,
};

// Where a product is placed, what it is a variant of, its variants, and what is in the bundle.
export const PimPlaces = {
  components: { PimValue, Way },
  props: ["pim", "language", "market", "texts", "locale"],
  template: `
    <section v-if="pim.placements.length || ids.length" class="card"><h2>{{ texts.placements }}</h2>
      <ul class="placements"><li v-for="one in pim.placements" :key="one.key"><span class="soft" v-for="step in one.path" :key="step">{{ step }} / </span><a :href="'/pim/categories?key=' + encodeURIComponent(one.key)">{{ one.name }}</a> <span v-if="!one.is_primary" class="badge">{{ texts.additional }}</span><span v-else class="badge info">{{ texts.primary }}</span></li></ul>
      <p v-if="ids.length" class="soft">{{ texts.external_ids }} <template v-for="(one, place) in ids" :key="place"><template v-if="place">, </template><code>{{ one }}</code></template></p></section>
    <section v-if="pim.master || pim.variants.length" class="card"><h2>{{ texts.variants }}</h2>
      <p v-if="pim.master">{{ texts.master }} <Way :product="pim.master" :texts="texts" /></p>
      <ol v-if="pim.variants.length" class="variants"><li v-for="one in pim.variants" :key="one.sku"><Way :product="one" :texts="texts" /></li></ol></section>
    <section v-if="pim.bundle.length" class="card"><h2>{{ texts.bundle }}</h2>
      <ul class="bundle"><li v-for="one in pim.bundle" :key="one.product.sku"><b v-if="one.amount !== null">{{ format(one.amount) }} × </b><Way :product="one.product" :texts="texts" />
        <p v-if="one.note" class="soft">{{ one.note }}</p>
        <table v-if="one.attributes.length" class="plain pairs"><caption class="unseen">{{ texts.attached }}</caption><tbody><tr v-for="attribute in one.attributes" :key="attribute.code"><th scope="row">{{ attribute.names['T:' + language] ?? attribute.names.default ?? attribute.code }}</th>
          <td><PimValue v-for="values in [attribute.own, attribute.external].filter(Boolean)" :attribute="attribute" :values="values" :language="language" :market="market" :texts="texts" :locale="locale" /></td></tr></tbody></table></li></ul></section>`,
  computed: {
    ids() {
      return [this.pim.external_int, this.pim.external_string].filter((one) => one !== null && one !== "");
    },
  },
  methods: {
    format(value) {
      return segopsValues.shown(typeof value === "string" ? value : Number(value), this.locale);
    },
  },
};
