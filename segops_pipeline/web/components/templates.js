// Templates of mappings: which one was recognised, another to choose, this mapping to save as one, a file to fill in.
import { counted, fill } from "/static/plan/words.js";

export default {
  props: ["given", "texts", "language"],
  emits: ["use", "take_back", "save"],
  data: () => ({ known: null, chosen: "", open: false, busy: false, error: null, is_saved: "", is_used: false, form: { name: "", description: "", default: false, public: false } }),
  template: `
    <section class="templates card" :aria-label="texts.title">
      <div class="templates-bar">
        <span class="recognised"><span class="q-icon material-icons" aria-hidden="true">{{ known.name ? 'bookmark_added' : 'bookmark_border' }}</span>
          <span><template v-if="known.name"><strong><bdi>{{ known.name }}</bdi></strong> <span class="soft small">{{ how }}</span></template><span v-else class="soft">{{ texts.none_recognised }}</span></span></span>
        <span v-if="known.can_choose && known.templates.length" class="choose"><label><span class="unseen">{{ texts.choose }}</span>
          <select v-model="chosen" :disabled="busy"><option value="">{{ texts.choose }}</option><option v-for="one in known.templates" :key="one.workspace + one.name" :value="one.name" :disabled="!one.fits">{{ optionWords(one) }}</option></select></label>
          <button type="button" :disabled="!chosen || busy" @click="use">{{ texts.use }}</button></span>
        <span class="actions"><button type="button" :aria-expanded="open" aria-controls="template-form" @click="toggle"><span class="q-icon material-icons" aria-hidden="true">bookmark_add</span>{{ texts.save_as }}</button>
          <details class="fill-in"><summary class="button"><span class="q-icon material-icons" aria-hidden="true">download</span>{{ texts.fill_in }}</summary><div class="menu"><p class="soft small">{{ texts.fill_in_why }}</p><a class="button" href="/api/pim/fill-in/?format=csv" download>CSV</a> <a class="button" href="/api/pim/fill-in/?format=xlsx" download>Excel</a></div></details></span>
      </div>
      <p v-if="is_used" class="notice told" role="status"><span>{{ usedWords }}</span><button type="button" :disabled="busy" @click="busy = true; $emit('take_back')">{{ texts.take_back }}</button></p>
      <p v-if="is_saved" class="notice good" role="status">{{ savedWords }}</p>
      <form v-if="open" id="template-form" class="template-form" @submit.prevent="save">
        <label>{{ texts.name }}<input ref="name" type="text" v-model="form.name" required maxlength="100" :placeholder="texts.name_hint"></label>
        <label>{{ texts.description }}<input type="text" v-model="form.description" maxlength="500"></label>
        <label class="check"><input type="checkbox" v-model="form.default"> <span>{{ texts.default }} <span class="soft small">{{ texts.default_why }}</span></span></label>
        <label class="check"><input type="checkbox" v-model="form.public"> <span>{{ texts.public }} <span class="soft small">{{ texts.public_why }}</span></span></label>
        <p v-if="replaces" class="notice warn" role="status">{{ replaceWords }}</p>
        <p v-if="error" class="notice bad" role="alert">{{ error.message }} {{ error.remedy }}</p>
        <div class="actions"><button type="submit" class="main" :disabled="busy || !form.name.trim()">{{ replaces ? texts.replace : texts.save }}</button><button type="button" @click="open = false">{{ texts.cancel }}</button></div>
      </form>
    </section>`,
  created() {
    this.known = this.given;
  },
  computed: {
    how() {
      return this.texts[`extent_${this.known.extent}`] ?? "";
    },
    replaces() {
      return this.known.templates.some((one) => one.own && one.name === this.form.name.trim());
    },
    replaceWords() {
      return fill(this.texts.replaces, { name: this.form.name.trim() });
    },
    savedWords() {
      return fill(this.texts.saved, { name: this.is_saved });
    },
    usedWords() {
      return fill(this.texts.used, { name: this.known.name });
    },
  },
  methods: {
    optionWords(one) {
      const parts = [counted(this.texts, "fits", one.fits, this.language, { all: one.columns })];
      if (one.default) parts.push(this.texts.is_default);
      if (!one.own) parts.push(fill(this.texts.of_workspace, { name: one.workspace }));
      return `${one.name} – ${parts.join(", ")}`;
    },
    toggle() {
      this.open = !this.open;
      this.error = null;
      this.is_saved = "";
      if (this.open && !this.form.name && this.known.name) this.form.name = this.known.name;
      if (this.open) this.$nextTick(() => this.$refs.name.focus());
    },
    use() {
      this.busy = true;
      this.is_saved = "";
      this.$emit("use", { name: this.chosen });
    },
    save() {
      this.busy = true;
      this.error = null;
      this.$emit("save", { ...this.form, replaces: this.replaces });
    },
    used(known) {
      this.settled(known);
      this.is_used = true;
      this.chosen = "";
    },
    saved(known) {
      this.settled(known);
      this.is_saved = this.form.name.trim();
      this.open = false;
    },
    settled(known) {
      this.busy = this.is_used = false;
      if (known) this.known = known;
    },
    // it could not be done, which has been told
    unchanged() {
      this.busy = false;
    },
    refused(error) {
      this.busy = false;
      this.error = error;
    },
  },
};
