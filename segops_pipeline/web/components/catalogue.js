// The catalogue: words or meaning to look for, values to choose, a table of what there is.
import { Filters } from "/static/catalogue/filters.js";
import { MakeProduct } from "/static/catalogue/make.js";
import { ImportNotice } from "/static/catalogue/notice.js";

const MANY = 50;
const FIRST_FIELDS = 5;
const ACTIVE = ["false", "all"];

export default {
  components: { Filters, ImportNotice, MakeProduct },
  props: ["texts", "fields", "maywrite", "locale", "imported"],
  data: () => ({
    typed: "", q: "", meaning: false, chosen: [], active: "", order: "sku", page: 1, count: null, products: [], facets: [], failed: "",
    looking: false, why: {}, shown: [], number: 0, still: "", followed: null,
  }),
  template: `
    <div class="catalogue">
      <ImportNotice v-if="followed" :id="followed" :texts="texts" :locale="locale" @done="load" @closed="unfollow" />
      <form role="search" class="search" @submit.prevent="find">
        <label class="grow"><span class="unseen">{{ texts.search }}</span>
          <input type="search" v-model="typed" maxlength="500" :placeholder="meaning ? texts.meaning_hint : texts.words_hint" /></label>
        <fieldset class="actions"><legend class="unseen">{{ texts.how }}</legend>
          <label><input type="radio" name="how" :value="false" v-model="meaning" @change="(typed || q) && find()" /> {{ texts.words }}</label>
          <label><input type="radio" name="how" :value="true" v-model="meaning" @change="(typed || q) && find()" /> {{ texts.meaning }}</label></fieldset>
        <button type="submit" class="main">{{ texts.find }}</button>
      </form>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }} <button type="button" @click="load">{{ texts.again }}</button></p>
      <div class="columns">
        <aside v-if="!by_meaning && (facets.length || filtered || count)" :aria-label="texts.filters">
          <Filters :facets="facets" :fields="fields" :chosen="chosen" :active="active" :texts="texts" :locale="locale" :asked="query" @toggle="toggle" @active="show_active" />
        </aside>
        <section class="found" :aria-busy="looking">
          <div class="actions head">
            <span role="status" aria-live="polite" data-testid="count">{{ told }}</span>
            <template v-if="!by_meaning"><button v-for="one in chosen" :key="one.join(' ')" type="button" class="chip" @click="toggle(one)">
              {{ chip(one) }} <span aria-hidden="true">×</span><span class="unseen">{{ texts.remove }}</span></button></template>
            <span class="grow"></span>
            <details v-if="fields.length" class="menu"><summary class="button">{{ texts.columns }}</summary>
              <div class="card"><label v-for="field in fields" :key="field.name"><input type="checkbox" :value="field.name" v-model="shown" @change="keep" /> {{ field.label }}</label></div></details>
            <details v-if="count && !by_meaning" class="menu"><summary class="button">{{ texts.export }}</summary>
              <div class="card"><a v-for="[name, format] in exports" :key="name" :href="'/api/pim/export/?format=' + format + query('&')" download>{{ name }}</a></div></details>
            <button v-if="maywrite" type="button" @click="$refs.make.open()">{{ texts.make }}</button>
          </div>
          <div v-if="count === 0 && !looking" class="empty">
            <span class="q-icon material-icons" aria-hidden="true">inventory_2</span>
            <p>{{ filtered ? texts.none_found : texts.none }}</p>
            <a v-if="maywrite && !filtered" class="button main" href="/pim/import">{{ texts.import }}</a>
            <button v-if="filtered" type="button" @click="clear">{{ texts.clear }}</button>
          </div>
          <div v-else-if="count" class="scroll" tabindex="0" role="region" :aria-label="texts.products"><table class="plain">
            <caption class="unseen">{{ texts.products }}</caption>
            <thead><tr><th v-for="field in columns" :key="field.name" scope="col" :class="{ number: right(field) }" :aria-sort="sorted(field)">
              <template v-if="by_meaning">{{ field.label }}</template>
              <button v-else type="button" class="quiet" @click="sort(field)">{{ field.label }}<span aria-hidden="true" class="way">{{ { ascending: '▲', descending: '▼' }[sorted(field)] ?? '' }}</span></button></th></tr></thead>
            <tbody><tr v-for="product in products" :key="product.id" :data-sku="product.sku" :class="{ inactive: product.is_active === false }">
              <td><a :href="'/pim/products/' + product.id">{{ product.sku }}</a></td>
              <td class="title"><span class="cell">{{ product.name }}</span><span v-if="product.is_active === false" class="badge">{{ texts.inactive }}</span><span v-if="why[product.sku]" class="soft why">{{ why[product.sku] }}</span></td>
              <td v-for="field in visible" :key="field.name" :class="{ number: right(field) }">
                <a v-if="links(get(product, field))" :href="get(product, field)" :title="get(product, field)" target="_blank" rel="noopener noreferrer">{{ host(get(product, field)) }}</a>
                <span v-else class="cell" :title="long(get(product, field), field.type)">{{ value(get(product, field), field.type) }}</span></td>
            </tr></tbody></table></div>
          <nav v-if="count > many && !by_meaning" class="actions pages" :aria-label="texts.pages">
            <button type="button" :disabled="page === 1" @click="turn(-1)">{{ texts.before }}</button>
            <span>{{ texts.page.replace('{page}', format(page)).replace('{last}', format(last)) }}</span>
            <button type="button" :disabled="page >= last" @click="turn(1)">{{ texts.next }}</button></nav>
        </section>
      </div>
      <MakeProduct v-if="maywrite" ref="make" :fields="fields" :texts="texts" />
    </div>`,
  computed: {
    many: () => MANY,
    by_meaning() {
      return Boolean(this.meaning && this.q.trim());
    },
    last() {
      return Math.max(1, Math.ceil(this.count / MANY));
    },
    visible() {
      return this.fields.filter((field) => this.shown.includes(field.name));
    },
    columns() {
      return [{ name: "sku", label: "SKU", type: "string", own: true }, { name: "name", label: this.texts.name, type: "string", own: true }, ...this.visible];
    },
    exports() {
      return [["CSV", "csv"], [this.texts.csv_safe, "csv&safe=true"], ["XLSX", "xlsx"], ["JSONL", "jsonl"], ["Bizzkit CSV", "bizzkit&entity=product"]];
    },
    filtered() {
      return Boolean(this.q || this.chosen.length || this.active);
    },
    told() {
      if (this.count === null) return this.failed ? "" : this.texts.looking;
      const said = this.count === 1 ? this.texts.one : this.texts.count.replace("{count}", this.format(this.count));
      return this.still ? `${said}. ${this.still}` : said;
    },
  },
  mounted() {
    const query = new URLSearchParams(location.search);
    this.typed = this.q = query.get("q") ?? "";
    this.meaning = query.get("meaning") === "1";
    this.page = Math.max(1, Number.parseInt(query.get("page")) || 1);
    this.order = query.get("order") || "sku";
    this.active = ACTIVE.includes(query.get("active")) ? query.get("active") : "";
    for (const [name, value] of query) if (/^data\.|__[gl]te$/.test(name)) this.chosen.push([name, value]);
    this.followed = this.imported;
    try {
      this.shown = JSON.parse(localStorage.getItem("segops-columns")) ?? [];
    } catch {
      this.shown = [];
    }
    this.shown = this.shown.filter((name) => this.fields.some((field) => field.name === name));
    if (!this.shown.length) this.shown = this.fields.slice(0, FIRST_FIELDS).map((field) => field.name);
    this.load();
  },
  methods: {
    format(value) {
      return new Intl.NumberFormat(this.locale).format(value ?? 0);
    },
    value(value, type) {
      return segopsValues.typed(value, type, this.locale);
    },
    long(value, type) {
      const said = this.value(value, type);
      return said.length > 40 ? said : undefined;
    },
    // structured values are told plainly beside the data
    get: (product, { name }) => (product.plain && Object.hasOwn(product.plain, name) ? product.plain[name] : Object.hasOwn(product.data, name) && !segopsValues.isStructured(product.data[name]) ? product.data[name] : undefined),
    links: (value) => segopsValues.isLink(value),
    host(value) {
      try {
        return new URL(value).hostname;
      } catch {
        return this.texts.link;
      }
    },
    right: (field) => ["number", "price"].includes(field.type),
    sorted(field) {
      return { [field.name]: "ascending", ["-" + field.name]: "descending" }[this.order];
    },
    sort(field) {
      this.order = this.order === field.name ? "-" + field.name : field.name;
      this.find();
    },
    // "Colour: red", "Weight ≥ 5"
    chip([name, value]) {
      const bare = name.replace(/^data\./, "").replace(/__[gl]te$/, "");
      const label = this.fields.find((field) => field.name === bare)?.label ?? bare;
      if (name.endsWith("__gte")) return `${label} ≥ ${value}`;
      if (name.endsWith("__lte")) return `${label} ≤ ${value}`;
      return `${label}: ${value || this.texts.empty}`;
    },
    keep() {
      try {
        localStorage.setItem("segops-columns", JSON.stringify(this.shown));
      } catch {
        // a browser that keeps nothing still shows them
      }
    },
    // what is asked for as the API takes it; without some field's own values where a facet asks for its others
    query(start = "") {
      const query = new URLSearchParams();
      if (this.q.trim()) query.set("q", this.q.trim());
      for (const [name, value] of this.chosen) query.append(name, value);
      if (this.active) query.set("active", this.active);
      if (this.order !== "sku") query.set("order", this.order);
      return query.size ? start + query : "";
    },
    remember() {
      const query = new URLSearchParams(this.query());
      if (this.meaning) query.set("meaning", "1");
      if (this.page > 1) query.set("page", this.page);
      if (this.followed) query.set("imported", this.followed);
      history.replaceState(history.state, "", "/pim" + (query.size ? "?" + query : ""));
    },
    async load() {
      const number = ++this.number;
      [this.looking, this.failed, this.still] = [true, "", ""];
      this.remember();
      try {
        if (this.by_meaning) await this.search(number);
        else await this.list(number);
      } catch (error) {
        if (number === this.number) this.failed = error instanceof TypeError ? this.texts.away : error.message;
      }
      if (number === this.number) this.looking = false;
    },
    async ask(path) {
      const answer = await segops.get(path);
      if (answer.status === 401) location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
      if (answer.ok) return answer.json();
      const error = await segops.error(answer);
      throw new Error(`${error.message} ${error.remedy}`);
    },
    async list(number) {
      const told = await this.ask(`/api/pim/products/?page=${this.page}&page_size=${MANY}${this.query("&")}`);
      if (number !== this.number) return; // somebody has asked for something else meanwhile
      if (!told.results.length && told.count) {
        this.page = Math.ceil(told.count / MANY);
        return this.load();
      }
      [this.products, this.count, this.why] = [told.results, told.count, {}];
      const { facets } = await this.ask("/api/pim/facets/" + this.query("?"));
      if (number === this.number) this.facets = facets;
    },
    async search(number) {
      const told = await this.ask(`/api/pim/search/?limit=50&q=${encodeURIComponent(this.q.trim())}`);
      const wanted = new URLSearchParams([["page_size", "200"], ...told.results.map((hit) => ["sku", hit.sku])]);
      const values = told.results.length ? (await this.ask("/api/pim/products/?" + wanted)).results : [];
      if (number !== this.number) return;
      const by_sku = new Map(values.map((product) => [product.sku, product]));
      this.products = told.results.map((hit) => by_sku.get(hit.sku) ?? { ...hit, data: {} });
      this.count = told.results.length;
      this.why = Object.fromEntries(told.results.map((hit) => [hit.sku, this.because(hit)]));
      if (told.meaning === "loading") {
        this.still = this.texts.meaning_loads;
        setTimeout(() => number === this.number && this.load(), 2500);
      } else if (told.meaning === "off") this.still = this.texts.meaning_off;
    },
    because({ why, field, score }) {
      const label = this.fields.find((one) => one.name === field)?.label ?? field;
      return this.texts["why_" + why].replace("{field}", () => label ?? "").replace("{score}", this.format(Math.round((score ?? 0) * 100)));
    },
    // what is typed counts from here on: pages and exports are of what is shown
    find() {
      [this.q, this.page] = [this.typed, 1];
      this.load();
    },
    turn(by) {
      this.page += by;
      this.load();
      scrollTo({ top: 0 });
    },
    toggle([name, value]) {
      const others = this.chosen.filter((one) => one[0] !== name || one[1] !== value);
      // of a bound there is one
      const kept = name.startsWith("data.") ? others : others.filter((one) => one[0] !== name);
      this.chosen = others.length < this.chosen.length ? others : [...kept, [name, value]];
      this.find();
    },
    show_active(active) {
      this.active = active;
      this.find();
    },
    clear() {
      [this.typed, this.chosen, this.active] = ["", [], ""];
      this.find();
    },
    unfollow() {
      this.followed = null;
      this.remember();
    },
  },
};
