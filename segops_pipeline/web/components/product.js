// One product: its values, where each is from, what it was before; edited in place.
export default {
  props: ["id", "texts", "maywrite", "locale", "fields"],
  data: () => ({ product: null, etag: null, history: [], editing: null, words: "", failed: "", notice: "", problem: "", raw: false }),
  template: `
    <div class="product">
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p v-if="!product && !failed" class="soft">{{ texts.loading }}</p>
      <template v-if="product">
        <div class="actions head"><code>{{ product.sku }}</code><span class="badge">{{ texts['source_' + product.source] ?? product.source }}</span>
          <span class="soft">{{ texts.changed.replace('{time}', time(product.updated_at)) }}</span>
          <span class="grow"></span><button v-if="maywrite" type="button" class="danger" @click="$refs.dialog.showModal()">{{ texts.delete }}</button></div>
        <section class="card"><div class="scroll"><table class="plain values"><caption class="unseen">{{ texts.values }}</caption>
          <thead><tr><th scope="col">{{ texts.field }}</th><th scope="col">{{ texts.value }}</th><th scope="col" class="hide-small">{{ texts.from }}</th><th v-if="maywrite" scope="col"><span class="unseen">{{ texts.edit }}</span></th></tr></thead>
          <tbody><tr v-for="field in rows" :key="field.name" :data-field="field.name">
            <th scope="row">{{ field.label }}<span v-if="field.required" class="soft"> *</span></th>
            <td>
              <form v-if="editing === field.name" @submit.prevent="save(field)" @keydown.esc.prevent="stop(field)">
                <label><span class="unseen">{{ field.label }}</span>
                  <select v-if="field.type === 'boolean'" v-model="words" :ref="'edit'"><option value="">–</option><option value="true">{{ texts.yes }}</option><option value="false">{{ texts.no }}</option></select>
                  <textarea v-else-if="long(field)" v-model="words" rows="3" ref="edit"></textarea>
                  <input v-else type="text" v-model="words" ref="edit" /></label>
                <p v-if="problem" class="problem" role="alert">{{ problem }}</p>
                <p v-if="field.type === 'array' || field.type === 'multi_price'" class="soft">{{ texts.one_per_line }}</p>
                <div class="actions"><button type="submit" class="main">{{ texts.save }}</button><button type="button" @click="stop(field)">{{ texts.cancel }}</button></div>
              </form>
              <a v-else-if="links(get(field))" :href="get(field)" target="_blank" rel="noopener noreferrer">{{ get(field) }}</a>
              <span v-else class="value" :class="{ soft: !shown(field) }">{{ shown(field) || texts.empty }}</span>
            </td>
            <td class="hide-small soft"><template v-if="shown(field) && origin(field.name)"><a v-if="origin(field.name).job_id" :href="'/pim/imports/' + origin(field.name).job_id">{{ origin(field.name).file ?? origin(field.name).cause }}{{ origin(field.name).line ? ':' + origin(field.name).line : '' }}</a>
              <template v-else>{{ origin(field.name).changed_by ?? texts['cause_' + origin(field.name).cause] }}</template>, {{ time(origin(field.name).changed_at) }}</template></td>
            <td v-if="maywrite"><button v-if="editing !== field.name && field.name !== 'sku'" type="button" class="quiet" :aria-label="texts.edit_field.replace('{field}', field.label)" @click="edit(field)"><span class="q-icon material-icons" aria-hidden="true">edit</span></button></td>
          </tr></tbody></table></div></section>
        <section class="card"><h2>{{ texts.history }}</h2>
          <ol class="timeline"><li v-for="change in history" :key="change.version">
            <time :datetime="change.changed_at">{{ time(change.changed_at) }}</time> <b>{{ texts['cause_' + change.cause] ?? change.cause }}</b>
            <span class="soft"> {{ change.changed_by }} <a v-if="change.job_id" :href="'/pim/imports/' + change.job_id">{{ change.file }}{{ change.line ? ':' + change.line : '' }}</a></span>
            <ul v-if="change.fields && change.fields.length"><li v-for="one in change.fields.slice(0, 30)" :key="one.field">{{ label(one.field) }}:
              <del v-if="text(one.field, one.before)">{{ text(one.field, one.before) }}</del> <ins v-if="text(one.field, one.after)">{{ text(one.field, one.after) }}</ins></li></ul></li></ol></section>
        <details v-if="product.raw_data" class="card"><summary>{{ texts.raw }}</summary>
          <div class="scroll"><table class="plain"><caption class="unseen">{{ texts.raw }}</caption><tbody><tr v-for="(value, column) in product.raw_data" :key="column"><th scope="row">{{ column }}</th><td class="raw">{{ value }}</td></tr></tbody></table></div></details>
      </template>
      <dialog ref="dialog" aria-labelledby="delete-title"><h2 id="delete-title">{{ texts.delete_title }}</h2><p>{{ texts.delete_hint }}</p>
        <div class="actions"><button type="button" class="danger" @click="remove">{{ texts.delete }}</button><button type="button" @click="$refs.dialog.close()">{{ texts.cancel }}</button></div></dialog>
    </div>`,
  computed: {
    rows() {
      const own = [{ name: "name", label: this.texts.name, type: "string" }];
      const known = this.fields.map((field) => field.name);
      const others = Object.keys(this.product.data).filter((name) => !known.includes(name));
      return [...own, ...this.fields, ...others.map((name) => ({ name, label: name, type: "string" }))];
    },
  },
  mounted() {
    this.load();
  },
  methods: {
    time(value) {
      return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
    },
    get(field) {
      return field.name === "name" ? this.product.name : this.product.data[field.name];
    },
    shown(field) {
      return segopsValues.typed(this.get(field), field.type, this.locale);
    },
    text(name, value) {
      return segopsValues.typed(value, this.fields.find((field) => field.name === name)?.type, this.locale);
    },
    links: (value) => segopsValues.isLink(value),
    label(name) {
      return this.rows.find((field) => field.name === name)?.label ?? name;
    },
    long(field) {
      return field.type === "array" || field.type === "multi_price" || (this.words ?? "").length > 60;
    },
    // the change that gave a field its value: the latest one that names it
    origin(name) {
      return this.history.find((change) => change.fields?.some((one) => one.field === name)) ?? this.history.find((change) => change.action === "created");
    },
    async load() {
      const answer = await segops.get(`/api/pim/products/${this.id}/`);
      if (!answer.ok) return this.fail(answer);
      this.etag = answer.headers.get("ETag");
      this.product = await answer.json();
      const history = await segops.get(`/api/pim/products/${this.id}/history/`);
      if (history.ok) {
        const told = await history.json();
        this.history = told.results ?? told;
      }
    },
    async fail(answer) {
      const error = await segops.error(answer);
      this.failed = `${error.message} ${error.remedy}`;
    },
    async edit(field) {
      [this.editing, this.problem] = [field.name, ""];
      this.words = segopsValues.editable(this.get(field), field.type);
      await this.$nextTick();
      const found = this.$refs.edit;
      (Array.isArray(found) ? found[0] : found)?.focus();
    },
    async stop(field) {
      this.editing = null;
      await this.$nextTick();
      this.$el.querySelector(`[data-field="${CSS.escape(field.name)}"] button`)?.focus();
    },
    async save(field) {
      const value = segopsValues.edited(this.words, field.type);
      const body = field.name === "name" ? { name: value ?? "" } : { data: { [field.name]: value } };
      const answer = await segops.request("PATCH", `/api/pim/products/${this.id}/`, body, this.etag ? { "If-Match": this.etag } : {});
      if (answer.ok) {
        this.notice = this.texts.saved.replace("{field}", field.label);
        await this.load();
        return this.stop(field);
      }
      const error = await segops.error(answer);
      this.problem = `${error.message} ${error.remedy}`;
      if (answer.status === 412) {
        this.failed = this.texts.changed_meanwhile;
        this.load();
      }
    },
    async remove() {
      const answer = await segops.request("DELETE", `/api/pim/products/${this.id}/`, undefined, this.etag ? { "If-Match": this.etag } : {});
      this.$refs.dialog.close();
      if (answer.ok) location.assign("/pim");
      else this.fail(answer);
    },
  },
};
