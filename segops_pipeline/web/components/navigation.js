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
        <a v-for="entry in entries.filter((one) => one.main)" :key="entry.path" :href="entry.path"
          :aria-current="entry.here ? 'page' : null">
          <span aria-hidden="true" class="q-icon material-icons">{{ entry.icon }}</span>{{ entry.text }}
        </a>
        <details class="more" ref="more" @keydown.esc.stop="closeMore" @focusout="leaveMore">
          <summary :class="{ here: entries.some((one) => !one.main && one.here) }">{{ texts.more }}
            <span aria-hidden="true" class="q-icon material-icons">expand_more</span></summary>
          <div>
            <a v-for="entry in entries.filter((one) => !one.main)" :key="entry.path" :href="entry.path"
              :aria-current="entry.here ? 'page' : null">
              <span aria-hidden="true" class="q-icon material-icons">{{ entry.icon }}</span>{{ entry.text }}
            </a>
          </div>
        </details>
      </nav>
      <div class="own">
        <label v-if="workspaces.length > 1"><span class="unseen">{{ texts.workspace }}</span>
          <select :value="workspace" @change="choose($event.target.value)">
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
  methods: {
    remember(name, value) {
      document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
    },
    close() {
      if (!this.open) return;
      this.open = false;
      this.$refs.menu.focus();
    },
    closeMore() {
      if (!this.$refs.more.open) return this.close();
      this.$refs.more.open = false;
      this.$refs.more.querySelector("summary").focus();
    },
    leaveMore(event) {
      if (!this.$refs.more.contains(event.relatedTarget)) this.$refs.more.open = false;
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
    async choose(name) {
      const answer = await segops.post("/api/pim/me/workspace/", { workspace: name });
      if (answer.ok) location.href = "/pim";
    },
    async leave() {
      await segops.post("/logout", {});
      location.href = "/login";
    },
  },
};
