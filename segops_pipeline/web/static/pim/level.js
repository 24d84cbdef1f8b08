// One level of a tree: its nodes, each of which opens the level below.
export const TreeLevel = {
  name: "TreeLevel",
  props: ["nodes", "count", "url", "parent", "q", "size", "below", "current", "path", "texts", "locale"],
  emits: ["choose", "failed"],
  data: () => ({ opened: {}, own: null }),
  template: `
    <ul><li v-for="node in all" :key="node.key">
      <div class="row" :class="{ here: node.key === current }">
        <button v-if="node[below]" type="button" class="quiet turn" :aria-expanded="Boolean(opened[node.key])" :aria-label="texts.open_node.replace('{name}', node.name)" @click="turn(node)"><span class="q-icon material-icons" aria-hidden="true">{{ opened[node.key] ? 'expand_more' : 'chevron_right' }}</span></button>
        <span v-else class="turn"></span>
        <button type="button" class="quiet name" :aria-current="node.key === current ? 'true' : null" @click="$emit('choose', node.key)">{{ node.name }}<span v-if="node.products" class="soft count" :title="texts.placed">{{ format(node.products) }}</span>
          <span v-if="parent && node.parent !== parent" class="q-icon material-icons link" :title="texts.is_link" aria-hidden="true">link</span><span v-if="parent && node.parent !== parent" class="unseen">{{ texts.is_link }}</span></button>
      </div>
      <TreeLevel v-if="opened[node.key]" :nodes="opened[node.key].results" :count="opened[node.key].count" :url="url" :parent="node.key" q="" :size="size" :below="below" :current="current" :path="path" :texts="texts" :locale="locale" @choose="$emit('choose', $event)" @failed="$emit('failed', $event)" />
    </li>
    <li v-if="all.length < count"><button type="button" class="quiet" @click="more">{{ texts.more.replace('{count}', format(count - all.length)) }}</button></li></ul>`,
  computed: {
    all() {
      return this.own ?? this.nodes;
    },
  },
  watch: {
    nodes() {
      [this.own, this.opened] = [null, {}];
      this.reveal();
    },
    path() {
      this.reveal();
    },
  },
  mounted() {
    this.reveal();
  },
  methods: {
    // what leads to the node that is shown is open
    reveal() {
      for (const node of this.all) if (this.path.includes(node.key) && !this.opened[node.key]) this.turn(node);
    },
    format(value) {
      return new Intl.NumberFormat(this.locale).format(value);
    },
    async ask(query) {
      try {
        const answer = await segops.get(`${this.url}?${new URLSearchParams({ page_size: this.size, ...query })}`);
        if (answer.ok) return answer.json();
        this.$emit("failed", (await segops.error(answer)).message);
      } catch {
        this.$emit("failed", this.texts.away);
      }
      return null;
    },
    async turn(node) {
      if (this.opened[node.key]) delete this.opened[node.key];
      else {
        const told = await this.ask({ parent: node.key });
        if (told) this.opened[node.key] = told;
      }
    },
    async more() {
      const before = this.all;
      const page = Math.floor(before.length / this.size) + 1;
      const told = await this.ask({ page, ...(this.parent === null ? { q: this.q } : { parent: this.parent }) });
      if (told && before === this.all) this.own = [...before, ...told.results]; // else they are there, or others are
    },
  },
};
