// The product schema: its fields in their order, each with its type; changed here, saved as a whole.
const TYPES = ["string", "number", "boolean", "array", "url", "price", "multi_price", "datetime"];

export default {
  props: ["texts", "maywrite", "currencies"],
  data: () => ({ schema: null, etag: null, saved: "", failed: "", notice: "", issues: [], force: false, numbers: 0 }),
  template: `
    <div class="schema resource">
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}<template v-if="issues.length"><br /><span v-for="issue in issues" :key="issue">{{ issue }} </span></template></p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p v-if="!schema && !failed" class="soft">{{ texts.loading }}</p>
      <form v-if="schema" @submit.prevent="save">
        <section class="card"><h2>{{ texts.defaults }}</h2><div class="actions">
          <label>{{ texts.currency }} <input type="text" v-model.trim="schema.default_currency" maxlength="3" size="5" list="currencies" :disabled="!maywrite" placeholder="–" /></label>
          <label>{{ texts.locale }} <input type="text" v-model.trim="schema.default_locale" maxlength="20" size="8" :disabled="!maywrite" placeholder="–" /></label>
          <datalist id="currencies"><option v-for="code in currencies" :key="code" :value="code"></option></datalist></div>
          <p class="soft hint">{{ texts.defaults_hint }}</p></section>
        <div v-if="!schema.fields.length" class="empty"><span class="q-icon material-icons" aria-hidden="true">schema</span><p>{{ texts.none }}</p></div>
        <div v-else class="scroll card flush"><table class="plain"><caption class="unseen">{{ texts.caption }}</caption>
          <thead><tr><th scope="col">{{ texts.key }}</th><th scope="col">{{ texts.label }}</th><th scope="col">{{ texts.type }}</th><th scope="col">{{ texts.required }}</th><th scope="col">{{ texts.description }}</th><th v-if="maywrite" scope="col"><span class="unseen">{{ texts.actions }}</span></th></tr></thead>
          <tbody><tr v-for="(field, place) in schema.fields" :key="field.number" :data-field="field.name">
            <td><input v-if="field.fresh" type="text" v-model.trim="field.name" required maxlength="200" pattern="[^\\s].*" :aria-label="texts.key" :ref="'name' + field.number" /><code v-else>{{ field.name }}</code></td>
            <td><input type="text" v-model="field.label" :aria-label="texts.label + ', ' + field.name" :disabled="!maywrite" /></td>
            <td><select v-model="field.type" :aria-label="texts.type + ', ' + field.name" :disabled="!maywrite"><option v-for="type in types" :key="type" :value="type">{{ texts['type_' + type] }}</option></select></td>
            <td><input type="checkbox" v-model="field.required" :aria-label="texts.required + ', ' + field.name" :disabled="!maywrite" /></td>
            <td><input type="text" v-model="field.description" :aria-label="texts.description + ', ' + field.name" :disabled="!maywrite" /></td>
            <td v-if="maywrite"><div class="actions tight">
              <button type="button" :disabled="!place" @click="move(place, -1)" :aria-label="texts.up + ', ' + field.name"><span class="q-icon material-icons" aria-hidden="true">arrow_upward</span></button>
              <button type="button" :disabled="place === schema.fields.length - 1" @click="move(place, 1)" :aria-label="texts.down + ', ' + field.name"><span class="q-icon material-icons" aria-hidden="true">arrow_downward</span></button>
              <button type="button" class="danger" @click="schema.fields.splice(place, 1)" :aria-label="texts.remove + ', ' + field.name"><span class="q-icon material-icons" aria-hidden="true">delete</span></button></div></td>
          </tr></tbody></table></div>
        <div v-if="maywrite" class="actions">
          <button type="button" @click="add">{{ texts.add }}</button><span class="grow"></span>
          <label v-if="issues.length || force"><input type="checkbox" v-model="force" /> {{ texts.force }}</label>
          <button type="button" :disabled="!changed" @click="load">{{ texts.discard }}</button>
          <button type="submit" class="main" :disabled="!changed">{{ texts.save }}</button></div>
      </form>
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
      const fields = this.schema.fields.map(({ name, type, required, description, label }) => ({ name, type, required, description: description || null, label: label || null }));
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
      [this.failed, this.notice, this.issues, this.force] = ["", "", [], false];
      const answer = await segops.get("/api/pim/schema/");
      if (!answer.ok) {
        this.failed = (await segops.error(answer)).message;
        return;
      }
      this.etag = answer.headers.get("ETag");
      this.take(await answer.json());
    },
    async add() {
      const number = ++this.numbers;
      this.schema.fields.push({ number, name: "", label: "", type: "string", required: false, description: "", fresh: true });
      await this.$nextTick();
      this.$refs["name" + number]?.[0]?.focus();
    },
    move(place, by) {
      const [field] = this.schema.fields.splice(place, 1);
      this.schema.fields.splice(place + by, 0, field);
    },
    async save() {
      const path = "/api/pim/schema/" + (this.force ? "?force=true" : "");
      const answer = await segops.request("PUT", path, this.body(), this.etag ? { "If-Match": this.etag } : {});
      [this.failed, this.notice, this.issues] = ["", "", []];
      if (answer.ok) {
        this.etag = answer.headers.get("ETag");
        this.take(await answer.json());
        [this.notice, this.force] = [this.texts.saved, false];
        return;
      }
      const error = await segops.error(answer);
      this.failed = answer.status === 412 ? this.texts.changed_meanwhile : `${error.message} ${error.remedy}`;
      this.issues = (error.issues ?? []).map((issue) => issue.message);
      if (answer.status !== 412 && !this.issues.length && error.code !== "wrong_usage") this.issues = [""];
    },
  },
};
