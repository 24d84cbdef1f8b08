// A tree of categories or brands: opened a level at a time, searched, and one node of it beside.
import { TreeLevel } from "/static/pim/level.js";

const SIZE = 100;

export default {
  components: { TreeLevel },
  props: ["texts", "url", "icon", "products", "chosen", "locale", "maywrite", "below", "page"],
  data: () => ({ tops: null, count: 0, q: "", node: null, placed: [], placed_count: 0, failed: "", children: [] }),
  template: `
    <div class="tree-page">
      <div v-if="q || count || tops === null" class="actions head"><label><span class="unseen">{{ texts.find }}</span><input type="search" v-model="q" :placeholder="texts.find" maxlength="200" @input="soon" @keydown.enter="load" /></label>
        <span class="soft" role="status">{{ q && tops ? counted : '' }}</span></div>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <p v-if="tops === null && !failed" class="soft">{{ texts.loading }}</p>
      <div v-else-if="tops && !tops.length" class="empty"><span class="q-icon material-icons" aria-hidden="true">{{ icon }}</span><p>{{ q ? texts.none_found : texts.none }}</p>
        <a v-if="maywrite && !q" class="button main" href="/pim/import">{{ texts.import }}</a></div>
      <div v-else-if="tops" class="tree-columns">
        <nav class="card tree" :aria-label="texts.caption"><TreeLevel :nodes="tops" :count="count" :url="url" :parent="q ? null : ''" :q="q" :size="size" :below="below" :current="node?.key" :path="path" :texts="texts" :locale="locale" @choose="choose" @failed="failed = $event" /></nav>
        <section class="card node" ref="node" tabindex="-1" :aria-label="node?.name ?? texts.caption">
          <p v-if="!node" class="soft">{{ texts.choose }}</p>
          <template v-else>
            <p v-if="node.path.length" class="soft path"><template v-for="step in node.path" :key="step.key"><button type="button" class="quiet" @click="choose(step.key)">{{ step.name }}</button> / </template></p>
            <h2>{{ node.name }}</h2><p><code>{{ node.key }}</code></p>
            <p v-if="node.linked?.length">{{ texts.linked }} <template v-for="(one, place) in node.linked" :key="one.key"><template v-if="place">, </template><button type="button" class="quiet" @click="choose(one.key)">{{ one.name }}</button></template></p>
            <table v-if="names.length" class="plain pairs"><caption>{{ texts.names }}</caption><tbody><tr v-for="[segment, name] in names" :key="segment"><th scope="row">{{ language(segment) }}</th><td>{{ name }}</td></tr></tbody></table>
            <table v-if="values.length" class="plain pairs"><caption>{{ texts.values }}</caption><tbody><tr v-for="[key, value] in values" :key="key"><th scope="row">{{ key }}</th><td>{{ shown(value) }}</td></tr></tbody></table>
            <template v-if="products"><h3>{{ texts.placed }} <span class="soft">{{ format(placed_count) }}</span></h3>
              <p v-if="!placed_count" class="soft">{{ texts.placed_none }}</p>
              <ul v-else class="placed"><li v-for="product in placed" :key="product.id + '-' + product.is_primary"><a :href="'/pim/products/' + product.id">{{ product.sku }}</a> {{ product.name }} <span v-if="!product.is_primary" class="badge">{{ texts.additional }}</span></li></ul>
              <button v-if="placed.length < placed_count" type="button" @click="more">{{ texts.more.replace('{count}', format(placed_count - placed.length)) }}</button></template>
          </template>
        </section>
      </div>
    </div>`,
  computed: {
    size: () => SIZE,
    path() {
      return this.node?.path.map((step) => step.key) ?? [];
    },
    names() {
      const names = Object.entries(this.node.names).sort(([one], [other]) => (other === "default") - (one === "default"));
      return names.length === 1 && names[0][0] === "default" ? [] : names; // the heading has it
    },
    values() {
      return Object.entries(this.node.plain);
    },
    counted() {
      return this.count === 1 ? this.texts.one : this.texts.many.replace("{count}", this.format(this.count));
    },
  },
  mounted() {
    this.load();
    if (this.chosen) this.choose(this.chosen);
  },
  methods: {
    format(value) {
      return new Intl.NumberFormat(this.locale).format(value);
    },
    shown(value) {
      return segopsValues.shown(value, this.locale);
    },
    language(segment) {
      return segment === "default" ? this.texts.default : segment.split("|").map((part) => part.slice(2)).join(", ");
    },
    async ask(path) {
      this.failed = "";
      try {
        const answer = await segops.get(this.url + path);
        if (answer.ok) return answer.json();
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
      } catch {
        this.failed = this.texts.away;
      }
      return null;
    },
    soon() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.load(), 250);
    },
    async load() {
      const asked = this.q.trim();
      const told = await this.ask(`?page_size=${SIZE}&` + new URLSearchParams(asked ? { q: asked } : { parent: "" }));
      if (told && asked === this.q.trim()) [this.tops, this.count] = [told.results, told.count];
    },
    async choose(key) {
      const asked = (this.asked = (this.asked ?? 0) + 1);
      const path = encodeURIComponent(key) + "/";
      const [node, placed] = await Promise.all([this.ask(path), this.products ? this.ask(`${path}products/?page_size=50`) : null]);
      if (!node || asked !== this.asked) return; // or another has been chosen meanwhile
      [this.node, this.placed, this.placed_count] = [node, placed?.results ?? [], placed?.count ?? 0];
      history.replaceState(history.state, "", `${this.page}?key=${encodeURIComponent(key)}`);
      await this.$nextTick();
      if (window.innerWidth <= 900) this.$refs.node?.scrollIntoView({ block: "start" });
      this.$refs.node?.focus({ preventScroll: true });
    },
    async more() {
      const before = this.placed;
      const page = Math.floor(before.length / 50) + 1;
      const told = await this.ask(`${encodeURIComponent(this.node.key)}/products/?page_size=50&page=${page}`);
      if (told && before === this.placed) this.placed = [...before, ...told.results]; // else they are there, or another node is
    },
  },
};
