// The catalogue: words or meaning to look for, values to choose, a table of what there is.
const MANY = 50;
const FIRST_FIELDS = 5;

export default {
  props: ["texts", "fields", "maywrite", "locale", "imported"],
  data: () => ({
    q: "", meaning: false, chosen: {}, page: 1, count: null, products: [], facets: [], failed: "", looking: false, why: {},
    shown: [], job: null, order: "sku", number: 0, still: "",
  }),
  template: `
    <div class="catalogue">
      <p v-if="job" :class="['notice', job.status === 'failed' ? 'bad' : job.status === 'done' ? 'good' : '']" role="status" data-testid="imported">
        {{ progress }} <a :href="'/pim/imports/' + imported">{{ texts.to_import }}</a></p>
      <form role="search" class="search" @submit.prevent="find">
        <label class="grow"><span class="unseen">{{ texts.search }}</span>
          <input type="search" v-model="q" :placeholder="meaning ? texts.meaning_hint : texts.words_hint" /></label>
        <fieldset class="actions"><legend class="unseen">{{ texts.how }}</legend>
          <label><input type="radio" :value="false" v-model="meaning" @change="q && find()" /> {{ texts.words }}</label>
          <label><input type="radio" :value="true" v-model="meaning" @change="q && find()" /> {{ texts.meaning }}</label></fieldset>
        <button type="submit" class="main">{{ texts.find }}</button>
      </form>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <div class="columns">
        <aside v-if="facets.length && !(meaning && q)" :aria-label="texts.filters">
          <details :open="wide"><summary class="button">{{ texts.filters }}</summary>
            <fieldset v-for="facet in facets" :key="facet.field" class="facet"><legend>{{ facet.label }}</legend>
              <label v-for="one in facet.values.slice(0, facet.open ? 200 : 6)" :key="one.value">
                <input type="checkbox" :checked="(chosen[facet.field] ?? []).includes(one.value)" @change="choose(facet.field, one.value)" />
                <span class="value">{{ one.value }}</span> <span class="soft">{{ format(one.count) }}</span></label>
              <button v-if="facet.values.length > 6" type="button" class="quiet" :aria-expanded="Boolean(facet.open)" @click="facet.open = !facet.open">{{ facet.open ? texts.fewer : texts.more }}</button>
            </fieldset></details>
        </aside>
        <section class="found" :aria-busy="looking">
          <div class="actions head">
            <span role="status" aria-live="polite" data-testid="count">{{ told }}</span>
            <button v-for="[field, value] in filters" :key="field + value" type="button" class="chip" @click="choose(field, value)">
              {{ label(field) }}: {{ value }} <span aria-hidden="true">×</span><span class="unseen">{{ texts.remove }}</span></button>
            <details class="fields"><summary class="button">{{ texts.columns }}</summary>
              <div class="card"><label v-for="field in fields" :key="field.name"><input type="checkbox" :value="field.name" v-model="shown" @change="keep" /> {{ field.label }}</label></div></details>
            <span class="grow"></span>
            <a class="button" :href="'/api/pim/export/?format=csv' + query('&')" download>CSV</a>
            <a class="button" :href="'/api/pim/export/?format=jsonl' + query('&')" download>JSONL</a>
            <button v-if="maywrite" type="button" @click="$refs.make.showModal()">{{ texts.make }}</button>
          </div>
          <div v-if="count === 0 && !looking" class="empty">
            <span class="q-icon material-icons" aria-hidden="true">inventory_2</span>
            <p>{{ filtered ? texts.none_found : texts.none }}</p>
            <a v-if="maywrite && !filtered" class="button main" href="/pim/import">{{ texts.import }}</a>
            <button v-if="filtered" type="button" @click="clear">{{ texts.clear }}</button>
          </div>
          <div v-else class="scroll" tabindex="0" role="region" :aria-label="texts.products"><table class="plain">
            <caption class="unseen">{{ texts.products }}</caption>
            <thead><tr><th scope="col">SKU</th><th scope="col">{{ texts.name }}</th>
              <th v-for="field in visible" :key="field.name" scope="col" :class="{ number: right(field) }">{{ field.label }}</th></tr></thead>
            <tbody><tr v-for="product in products" :key="product.sku">
              <td><a :href="product.id ? '/pim/products/' + product.id : '/pim/products/by-sku/' + encodeURIComponent(product.sku)">{{ product.sku }}</a></td>
              <td class="title">{{ product.name }}<span v-if="why[product.sku]" class="soft why">{{ why[product.sku] }}</span></td>
              <td v-for="field in visible" :key="field.name" :class="{ number: right(field) }">
                <a v-if="links(product.data[field.name])" :href="product.data[field.name]" target="_blank" rel="noopener noreferrer">{{ texts.link }}</a>
                <template v-else>{{ short(value(product.data[field.name], field.type)) }}</template></td>
            </tr></tbody></table></div>
          <nav v-if="count > many && !(meaning && q)" class="actions pages" :aria-label="texts.pages">
            <button type="button" :disabled="page === 1" @click="turn(-1)">{{ texts.before }}</button>
            <span>{{ texts.page.replace('{page}', format(page)).replace('{last}', format(last)) }}</span>
            <button type="button" :disabled="page >= last" @click="turn(1)">{{ texts.next }}</button></nav>
        </section>
      </div>
      <dialog ref="make" aria-labelledby="make-title"><form @submit.prevent="make">
        <h2 id="make-title">{{ texts.make }}</h2>
        <p><label>SKU <input type="text" name="sku" required maxlength="500" /></label></p>
        <p><label>{{ texts.name }} <input type="text" name="name" /></label></p>
        <div class="actions"><button type="submit" class="main">{{ texts.make_now }}</button>
          <button type="button" @click="$refs.make.close()">{{ texts.cancel }}</button></div></form></dialog>
    </div>`,
  computed: {
    many: () => MANY,
    wide: () => window.innerWidth > 900,
    last() {
      return Math.max(1, Math.ceil(this.count / MANY));
    },
    visible() {
      return this.fields.filter((field) => this.shown.includes(field.name));
    },
    filters() {
      return Object.entries(this.chosen).flatMap(([field, values]) => values.map((value) => [field, value]));
    },
    filtered() {
      return Boolean(this.q || this.filters.length);
    },
    told() {
      if (this.count === null) return this.texts.looking;
      const words = this.count === 1 ? this.texts.one : this.texts.count.replace("{count}", this.format(this.count));
      return this.still ? `${words} ${this.still}` : words;
    },
    progress() {
      const { status, counts, error } = this.job;
      if (status === "done") return this.texts.import_done.replace("{created}", this.format(counts.created)).replace("{updated}", this.format(counts.updated)).replace("{rejected}", this.format(counts.rejected));
      if (status === "failed") return error?.message ?? this.texts.import_failed;
      return this.texts.import_runs;
    },
  },
  mounted() {
    const query = new URLSearchParams(location.search);
    this.q = query.get("q") ?? "";
    this.meaning = query.get("meaning") === "1";
    this.page = Number(query.get("page")) || 1;
    for (const field of this.fields) if (query.has(field.name)) this.chosen[field.name] = query.getAll(field.name);
    try {
      this.shown = JSON.parse(localStorage.getItem("segops-columns")) ?? [];
    } catch {
      this.shown = [];
    }
    this.shown = this.shown.filter((name) => this.fields.some((field) => field.name === name));
    if (!this.shown.length) this.shown = this.fields.slice(0, FIRST_FIELDS).map((field) => field.name);
    this.load();
    if (this.imported) this.follow();
  },
  methods: {
    format(value) {
      return new Intl.NumberFormat(this.locale).format(value ?? 0);
    },
    value(value, type) {
      return segopsValues.typed(value, type, this.locale);
    },
    short: (words) => (words.length > 80 ? words.slice(0, 79) + "…" : words),
    links: (value) => segopsValues.isLink(value),
    right: (field) => ["number", "price"].includes(field.type),
    label(name) {
      return this.fields.find((field) => field.name === name)?.label ?? name;
    },
    keep() {
      localStorage.setItem("segops-columns", JSON.stringify(this.shown));
    },
    query(start) {
      const query = new URLSearchParams();
      if (this.q) query.set("q", this.q);
      for (const [field, value] of this.filters) query.append(field, value);
      return query.size ? start + query : "";
    },
    async load() {
      const number = ++this.number;
      [this.looking, this.failed, this.still] = [true, "", ""];
      const shown = new URLSearchParams(this.query("").toString());
      if (this.meaning) shown.set("meaning", "1");
      if (this.page > 1) shown.set("page", this.page);
      if (this.imported) shown.set("imported", this.imported);
      history.replaceState(null, "", "/pim" + (shown.size ? "?" + shown : ""));
      try {
        if (this.meaning && this.q) await this.search(number);
        else await this.list(number);
      } catch (error) {
        if (number === this.number) this.failed = error instanceof TypeError ? this.texts.away : error.message;
      }
      if (number === this.number) this.looking = false;
    },
    async ask(path) {
      const answer = await segops.get(path);
      if (!answer.ok) {
        const error = await segops.error(answer);
        throw new Error(`${error.message} ${error.remedy}`);
      }
      return answer.json();
    },
    async list(number) {
      const told = await this.ask(`/api/pim/products/?page=${this.page}&page_size=${MANY}${this.query("&")}`);
      if (number !== this.number) return; // somebody has asked for something else meanwhile
      [this.products, this.count, this.why] = [told.results, told.count, {}];
      const facets = await this.ask("/api/pim/facets/" + this.query("?"));
      if (number === this.number) this.facets = facets.facets ?? facets.results ?? facets;
    },
    async search(number) {
      const told = await this.ask(`/api/pim/search/?limit=50&q=${encodeURIComponent(this.q)}`);
      if (number !== this.number) return;
      this.products = told.results.map((hit) => ({ data: {}, ...hit, ...(hit.product ?? {}) }));
      this.count = this.products.length;
      this.why = Object.fromEntries(told.results.map((hit) => [hit.sku ?? hit.product?.sku, hit.why]));
      if (told.meaning === "loading") {
        this.still = this.texts.meaning_loads;
        setTimeout(() => number === this.number && this.load(), 2500);
      } else if (told.meaning === "off") this.still = this.texts.meaning_off;
    },
    find() {
      this.page = 1;
      this.load();
    },
    turn(by) {
      this.page += by;
      this.load();
      scrollTo({ top: 0 });
    },
    choose(field, value) {
      const values = this.chosen[field] ?? [];
      this.chosen[field] = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
      this.find();
    },
    clear() {
      [this.q, this.chosen] = ["", {}];
      this.find();
    },
    async make(event) {
      const form = new FormData(event.target);
      const answer = await segops.post("/api/pim/products/", { sku: form.get("sku"), name: form.get("name") });
      if (answer.ok) location.assign("/pim/products/" + (await answer.json()).id);
      else {
        this.$refs.make.close();
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
      }
    },
    // the import that the person has just confirmed goes on; the table follows when it is done
    async follow() {
      try {
        this.job = await this.ask(`/api/pim/import/${encodeURIComponent(this.imported)}/`);
      } catch {
        return;
      }
      if (["pending", "importing"].includes(this.job.status)) setTimeout(this.follow, 1500);
      else if (this.job.status === "done") this.load();
    },
  },
};
