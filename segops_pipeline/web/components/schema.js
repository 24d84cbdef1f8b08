// The product schema: its fields in their order, each with its type; changed here, saved as a whole.
const TYPES = ["string", "number", "boolean", "array", "url", "price", "multi_price", "datetime"];

export default {
  props: ["texts", "maywrite", "currencies"],
  data: () => ({ schema: null, etag: null, saved: "", failed: "", notice: "", issues: [], lost: null, stale: false, ruled: null, rules: "", numbers: 0, busy: false }),
  template: `
    <div class="schema resource">
      <div v-if="failed" class="notice bad stays" role="alert">{{ failed }}<ul v-if="issues.length"><li v-for="issue in issues" :key="issue">{{ issue }}</li></ul>
        <div v-if="stale" class="actions"><button type="button" @click="load">{{ texts.see_theirs }}</button></div></div>
      <p v-if="notice" class="notice good stays" role="status">{{ notice }}</p>
      <p v-if="!schema && !failed" class="soft">{{ texts.loading }}</p>
      <form v-if="schema" @submit.prevent="save">
        <section class="card"><h2>{{ texts.defaults }}</h2><div class="actions">
          <label>{{ texts.currency }} <input type="text" v-model.trim="schema.default_currency" maxlength="3" size="5" list="currencies" :disabled="!maywrite" placeholder="–" /></label>
          <label>{{ texts.locale }} <input type="text" v-model.trim="schema.default_locale" maxlength="20" size="8" :disabled="!maywrite" placeholder="–" /></label>
          <datalist id="currencies"><option v-for="code in currencies" :key="code" :value="code"></option></datalist></div>
          <p class="soft hint">{{ texts.defaults_hint }}</p></section>
        <div v-if="!schema.fields.length" class="empty"><span class="q-icon material-icons" aria-hidden="true">schema</span><p>{{ texts.none }}</p></div>
        <div v-else class="scroll card flush stacks" tabindex="0" role="region" :aria-label="texts.caption"><table class="plain" role="table"><caption class="unseen">{{ texts.caption }}</caption>
          <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">{{ texts.key }}</th><th scope="col" role="columnheader">{{ texts.label }}</th><th scope="col" role="columnheader">{{ texts.type }}</th><th scope="col" role="columnheader">{{ texts.required }}</th><th scope="col" role="columnheader">{{ texts.description }}</th><th scope="col" role="columnheader">{{ texts.rules }}</th><th v-if="maywrite" scope="col" role="columnheader"><span class="unseen">{{ texts.actions }}</span></th></tr></thead>
          <tbody role="rowgroup"><tr role="row" v-for="(field, place) in schema.fields" :key="field.number" :data-field="field.name">
            <td role="cell" :data-label="texts.key"><input v-if="field.fresh" type="text" v-model.trim="field.name" required maxlength="200" pattern="[^\\s].*" :aria-label="texts.key" :ref="'name' + field.number" /><code v-else>{{ field.name }}</code></td>
            <td role="cell" :data-label="texts.label"><input type="text" v-model="field.label" :aria-label="texts.label + ', ' + field.name" :disabled="!maywrite" /></td>
            <td role="cell" :data-label="texts.type"><select v-model="field.type" :aria-label="texts.type + ', ' + field.name" :disabled="!maywrite"><option v-for="type in types" :key="type" :value="type">{{ texts['type_' + type] }}</option></select></td>
            <td role="cell" :data-label="texts.required"><input type="checkbox" v-model="field.required" :aria-label="texts.required + ', ' + field.name" :disabled="!maywrite" /></td>
            <td role="cell" :data-label="texts.description"><input type="text" v-model="field.description" :aria-label="texts.description + ', ' + field.name" :disabled="!maywrite" /></td>
            <td role="cell" :data-label="texts.rules"><span v-if="!maywrite" class="soft">{{ field.rules.join('; ') || '–' }}</span>
              <div v-else class="tight"><button type="button" :title="field.rules.join(', ')" @click="openRules(field)" :aria-label="texts.rules + ', ' + field.name + ': ' + field.rules.length">{{ field.rules.length || texts.no_rules }}</button></div></td>
            <td v-if="maywrite" role="cell" class="acts"><div class="actions tight">
              <button type="button" :disabled="!place" @click="move(place, -1)" :aria-label="texts.up + ', ' + field.name"><span class="q-icon material-icons" aria-hidden="true">arrow_upward</span></button>
              <button type="button" :disabled="place === schema.fields.length - 1" @click="move(place, 1)" :aria-label="texts.down + ', ' + field.name"><span class="q-icon material-icons" aria-hidden="true">arrow_downward</span></button>
              <button type="button" class="danger" @click="remove(place)" :aria-label="texts.remove + ', ' + field.name"><span class="q-icon material-icons" aria-hidden="true">delete</span></button></div></td>
          </tr></tbody></table></div>
        <div v-if="maywrite" class="actions">
          <button type="button" ref="add" @click="add">{{ texts.add }}</button><span class="grow"></span>
          <button type="button" :disabled="!changed" @click="load()">{{ texts.discard }}</button>
          <button type="submit" class="main" :disabled="!changed">{{ texts.save }}</button></div>
      </form>
      <dialog ref="lost" aria-labelledby="schema-lost"><template v-if="lost"><h2 id="schema-lost">{{ texts.lost }}</h2>
        <ul><li v-for="one in lost" :key="one">{{ one }}</li></ul><p>{{ texts.lost_hint }}</p>
        <div class="actions"><button type="button" class="danger" @click="save(true)">{{ texts.force }}</button><button type="button" @click="$refs.lost.close()">{{ texts.keep }}</button></div></template></dialog>
      <dialog ref="rules" aria-labelledby="schema-rules"><form v-if="ruled" method="dialog" @submit="ruled.rules = lines()"><h2 id="schema-rules">{{ texts.rules }}: {{ ruled.label || ruled.name }}</h2>
        <div class="field"><label>{{ texts.rules_label }}<textarea v-model="rules" rows="5" spellcheck="false" aria-describedby="schema-rules-hint"></textarea></label><p id="schema-rules-hint" class="soft hint">{{ texts.rules_hint }}</p></div>
        <div class="actions"><button type="submit" class="main">{{ texts.take }}</button><button type="button" @click="$refs.rules.close()">{{ texts.cancel }}</button></div></form></dialog>
    </div>`,
  computed: {
    types: () => TYPES,
    changed() {
      return this.saved !== this.words();
    },
  },
  mounted() {
    this.load();
    window.addEventListener("beforeunload", this.warn);
  },
  unmounted() {
    window.removeEventListener("beforeunload", this.warn);
  },
  methods: {
    words() {
      return JSON.stringify(this.body());
    },
    body() {
      const fields = this.schema.fields.map(({ name, type, required, description, label, rules }) => ({ name, type, required, description: description || null, label: label || null, rules }));
      return { fields, default_currency: this.schema.default_currency || null, default_locale: this.schema.default_locale || null };
    },
    warn(event) {
      if (this.schema && this.changed) event.preventDefault();
    },
    take(schema) {
      this.schema = { ...schema, fields: schema.fields.map((field) => ({ ...field, number: ++this.numbers })) };
      this.saved = this.words();
    },
    async load() {
      [this.failed, this.notice, this.issues, this.stale] = ["", "", [], false];
      const answer = await segops.look("/api/pim/schema/");
      if (!answer.ok) {
        this.failed = (await segops.error(answer)).message;
        return;
      }
      this.etag = answer.headers.get("ETag");
      this.take(await answer.json());
    },
    async add() {
      const number = ++this.numbers;
      this.schema.fields.push({ number, name: "", label: "", type: "string", required: false, description: "", rules: [], fresh: true });
      await this.$nextTick();
      this.$refs["name" + number]?.[0]?.focus();
    },
    move(place, by) {
      const [field] = this.schema.fields.splice(place, 1);
      this.schema.fields.splice(place + by, 0, field);
      this.$nextTick(() => segops.focusMoved(this.buttons(place + by), by));
    },
    remove(place) {
      this.schema.fields.splice(place, 1);
      this.$nextTick(() => ([...this.buttons(Math.min(place, this.schema.fields.length - 1))].pop() ?? this.$refs.add)?.focus());
    },
    buttons(place) {
      return this.$el.querySelectorAll("tbody tr")[place]?.querySelectorAll(".acts button") ?? [];
    },
    lines() {
      return this.rules.split("\n").map((line) => line.trim()).filter(Boolean);
    },
    async openRules(field) {
      [this.ruled, this.rules] = [field, field.rules.join("\n")];
      await this.$nextTick();
      this.$refs.rules.showModal();
    },
    // what has been typed while it was saved stays, over what is saved now
    typed_on(sent) {
      this.saved = sent;
      const kept = new Set(JSON.parse(sent).fields.map((field) => field.name));
      for (const field of this.schema.fields) if (kept.has(field.name)) field.fresh = false;
    },
    async save(force) {
      if (this.busy) return; // a second click would meet what the first one has saved
      this.busy = true;
      const sent = this.words();
      const answer = await segops.request("PUT", "/api/pim/schema/" + (force === true ? "?force=true" : ""), JSON.parse(sent), this.etag ? { "If-Match": this.etag } : {});
      this.busy = false;
      this.$refs.lost.close();
      [this.failed, this.notice, this.issues, this.stale] = ["", "", [], false];
      if (answer.ok) {
        this.etag = answer.headers.get("ETag");
        const told = await answer.json();
        if (this.words() === sent) this.take(told);
        else this.typed_on(sent);
        this.notice = this.texts.saved;
        return;
      }
      const error = await segops.error(answer);
      const issues = (error.issues ?? []).map((issue) => issue.message);
      this.stale = answer.status === 412;
      // only what products would lose can be forced
      if (force !== true && issues.length && error.remedy.includes("force=true")) {
        this.lost = issues;
        await this.$nextTick();
        this.$refs.lost.showModal();
        return;
      }
      [this.failed, this.issues] = [this.stale ? this.texts.changed_meanwhile : `${error.message} ${error.remedy}`, issues];
    },
  },
};
