// The header of every page. It needs no server: links, forms and two cookies.
export default {
  props: ["entries", "workspaces", "workspace", "person", "texts", "language"],
  data: () => ({ open: false }),
  template: `
    <div class="bar" @keydown.esc="close">
      <a class="logo" href="/pim">{{ texts.app }}</a>
      <button ref="menu" type="button" class="menu-button" :aria-expanded="open" aria-controls="navigation" @click="open = !open">
        <span aria-hidden="true" class="q-icon material-icons">menu</span><span class="unseen">{{ texts.menu }}</span>
      </button>
      <nav id="navigation" :aria-label="texts.navigation" :class="{ open }">
        <template v-for="part in parts" :key="part.name">
          <a v-if="part.path" :href="part.path" :aria-current="part.here ? 'page' : null">
            <span aria-hidden="true" class="q-icon material-icons">{{ part.icon }}</span>{{ part.text }}
          </a>
          <details v-else class="group" :class="part.name" @keydown.esc.stop="closeGroup" @focusout="leaveGroup">
            <summary :class="{ here: part.entries.some((one) => one.here) }">{{ texts[part.name] }}
              <span aria-hidden="true" class="q-icon material-icons">expand_more</span></summary>
            <div>
              <a v-for="entry in part.entries" :key="entry.path" :href="entry.path" :aria-current="entry.here ? 'page' : null">
                <span aria-hidden="true" class="q-icon material-icons">{{ entry.icon }}</span>{{ entry.text }}
              </a>
            </div>
          </details>
        </template>
      </nav>
      <div class="own">
        <label v-if="workspaces.length > 1"><span class="unseen">{{ texts.workspace }}</span>
          <select :value="workspace" @change="choose($event.target)">
            <option v-for="name in workspaces" :key="name" :value="name">{{ name }}</option>
          </select>
        </label>
        <span v-else class="workspace" :title="texts.workspace">{{ workspace }}</span>
        <button type="button" class="quiet" @click="turn" :title="texts.theme" :aria-label="texts.theme">
          <span aria-hidden="true" class="q-icon material-icons">contrast</span>
        </button>
        <button type="button" class="quiet" @click="speak">{{ texts.language }}</button>
        <button type="button" class="quiet" @click="leave" :title="person" :aria-label="texts.sign_out + ', ' + person">
          <span aria-hidden="true" class="q-icon material-icons">logout</span>
        </button>
      </div>
    </div>`,
  computed: {
    // in their order: ways that are always in sight, and groups of others, each where its first one is
    parts() {
      const parts = [];
      for (const entry of this.entries) {
        if (!entry.menu) parts.push({ ...entry, name: entry.path });
        else if (parts.every((part) => part.name !== entry.menu)) parts.push({ name: entry.menu, entries: this.entries.filter((one) => one.menu === entry.menu) });
      }
      return parts;
    },
  },
  methods: {
    remember(name, value) {
      document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
    },
    close() {
      if (!this.open) return;
      this.open = false;
      this.$refs.menu.focus();
    },
    closeGroup({ currentTarget: group }) {
      if (!group.open) return this.close();
      group.open = false;
      group.querySelector("summary").focus();
    },
    leaveGroup({ currentTarget: group, relatedTarget: next }) {
      if (!group.contains(next)) group.open = false;
    },
    turn() {
      const dark = document.body.classList.contains("body--dark");
      this.remember("segops_theme", dark ? "light" : "dark");
      Quasar.Dark.set(!dark);
    },
    speak() {
      this.remember("segops_language", this.language === "de" ? "en" : "de");
      location.reload();
    },
    async choose(select) {
      const answer = await segops.post("/api/pim/me/workspace/", { workspace: select.value });
      if (answer.ok) return location.assign("/pim");
      select.value = this.workspace;
      this.refuse(answer);
    },
    async leave() {
      const answer = await segops.post("/logout", {});
      if (answer.ok || answer.status === 401) location.assign("/login");
      else this.refuse(answer);
    },
    async refuse(answer) {
      const { message, remedy } = await segops.error(answer);
      Quasar.Notify.create({ type: "negative", message, caption: remedy });
    },
  },
};
