// One product: its values, where each is from, what it was before; edited in place.
import { PimPlaces, PimSwitch, PimValue } from "/static/catalogue/pim.js";

const PER_PAGE = 200;
const FIELDS_OF_A_CHANGE = 30;

export default {
  components: { PimPlaces, PimSwitch, PimValue },
  props: ["id", "texts", "maywrite", "locale", "fields"],
  data: () => ({
    product: null, pim: null, language: "", market: "", etag: null, history: [], number_of_changes: 0, editing: null, lines: false, words: "", failed: "", notice: "", problem: "", busy: false,
  }),
  template: `
    <div class="product">
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p v-if="!product && !failed" class="soft">{{ texts.loading }}</p>
      <template v-if="product">
        <h2 class="title">{{ product.name || product.sku }}</h2>
        <div class="actions head"><code>{{ product.sku }}</code><span class="badge">{{ texts['source_' + product.source] ?? product.source }}</span>
          <span v-if="!product.is_active" class="badge warn">{{ texts.inactive }}</span>
          <span class="soft">{{ texts.changed.replace('{time}', time(product.updated_at)) }}</span>
          <span class="grow"></span>
          <button v-if="maywrite" type="button" :disabled="busy" @click="set_active(!product.is_active)">{{ product.is_active ? texts.make_inactive : texts.make_active }}</button>
          <button v-if="maywrite" type="button" class="danger" @click="$refs.dialog.showModal()">{{ texts.delete }}</button></div>
        <PimSwitch v-if="pim" :pim="pim" v-model:language="language" v-model:market="market" :texts="texts" />
        <section class="card"><table class="plain values"><caption class="unseen">{{ texts.values }}</caption>
          <thead><tr><th scope="col">{{ texts.field }}</th><th scope="col">{{ texts.value }}</th><th v-if="has_external" scope="col">{{ texts.external }}</th><th scope="col">{{ texts.from }}</th><th v-if="maywrite" scope="col"><span class="unseen">{{ texts.edit }}</span></th></tr></thead>
          <tbody><template v-for="(field, place) in rows" :key="field.name"><tr v-if="grouped && place && field.group !== rows[place - 1].group" class="group"><th :colspan="5" scope="colgroup">{{ field.group }}</th></tr>
          <tr :data-field="field.name">
            <th scope="row">{{ field.label }}<span v-if="field.attribute?.is_confidential" class="q-icon material-icons" role="img" :aria-label="texts.confidential" :title="texts.confidential">lock</span><span v-if="field.required" class="soft" :title="texts.required"> *</span></th>
            <td>
              <form v-if="editing === field.name" @submit.prevent="save(field)" @keydown.esc.prevent="stop(field)">
                <label><span class="unseen">{{ field.label }}</span>
                  <select v-if="field.type === 'boolean'" v-model="words" ref="edit" :aria-invalid="Boolean(problem)" :aria-describedby="problem ? 'problem' : undefined"><option value="">–</option><option value="true">{{ texts.yes }}</option><option value="false">{{ texts.no }}</option></select>
                  <textarea v-else-if="lines" v-model="words" rows="4" ref="edit" :aria-invalid="Boolean(problem)" :aria-describedby="problem ? 'problem' : undefined" @keydown.ctrl.enter="save(field)"></textarea>
                  <input v-else type="text" v-model="words" ref="edit" :aria-invalid="Boolean(problem)" :aria-describedby="problem ? 'problem' : undefined" /></label>
                <p v-if="problem" id="problem" class="problem" role="alert">{{ problem }}</p>
                <p v-if="texts['hint_' + field.type]" class="soft hint">{{ texts['hint_' + field.type] }}</p>
                <div class="actions"><button type="submit" class="main" :disabled="busy">{{ texts.save }}</button><button type="button" @click="stop(field)">{{ texts.cancel }}</button></div>
              </form>
              <template v-else-if="field.is_structured"><PimValue v-if="field.attribute.own" :attribute="field.attribute" :values="field.attribute.own" :language="language" :market="market" :texts="texts" :locale="locale" /><span v-else class="soft">{{ texts.empty }}</span></template>
              <a v-else-if="links(get(field))" :href="get(field)" target="_blank" rel="noopener noreferrer">{{ get(field) }}</a>
              <span v-else class="value" :class="{ soft: !shown(field) }">{{ shown(field) || texts.empty }}</span>
            </td>
            <td v-if="has_external" class="external" :data-label="texts.external"><PimValue v-if="field.attribute?.external" :attribute="field.attribute" :values="field.attribute.external" :language="language" :market="market" :texts="texts" :locale="locale" /></td>
            <td class="soft origin"><template v-if="(field.is_structured || shown(field)) && origins[field.name]">
              <a v-if="origins[field.name].job_id" :href="'/pim/imports/' + origins[field.name].job_id">{{ origins[field.name].file ?? cause(origins[field.name]) }}{{ origins[field.name].line ? ':' + origins[field.name].line : '' }}</a>
              <template v-else>{{ cause(origins[field.name]) }}: {{ origins[field.name].changed_by }}</template>, {{ time(origins[field.name].changed_at) }}</template></td>
            <td v-if="maywrite" class="do"><button v-if="editing !== field.name && !field.is_structured" type="button" class="quiet" :aria-label="texts.edit_field.replace('{field}', () => field.label)" @click="edit(field)"><span class="q-icon material-icons" aria-hidden="true">edit</span></button></td>
          </tr></template></tbody></table></section>
        <PimPlaces v-if="pim" :pim="pim" :language="language" :market="market" :texts="texts" :locale="locale" />
        <section class="card"><h2>{{ texts.history }}</h2>
          <ol class="timeline"><li v-for="change in history" :key="change.version">
            <time :datetime="change.changed_at">{{ time(change.changed_at) }}</time> <b>{{ texts['action_' + change.action] }}</b>{{ ' ' }}<span class="soft">{{ cause(change) }}<template v-if="change.changed_by">, {{ change.changed_by }}</template>{{ ' ' }}<a v-if="change.job_id" :href="'/pim/imports/' + change.job_id">{{ change.file }}{{ change.line ? ':' + change.line : '' }}</a></span>
            <ul v-if="change.fields && change.action !== 'deleted'"><li v-for="one in change.fields.slice(0, many)" :key="one.field">{{ label(one.field) }}:
              <del v-if="text(one.field, one.before)">{{ text(one.field, one.before) }}</del>{{ ' ' }}<ins v-if="text(one.field, one.after)">{{ text(one.field, one.after) }}</ins></li>
              <li v-if="change.fields.length > many">…</li></ul></li></ol>
          <p v-if="number_of_changes > history.length" class="soft">{{ texts.older_changes.replace('{count}', new Intl.NumberFormat(locale).format(number_of_changes - history.length)) }}</p></section>
        <details v-if="product.raw_data" class="card raw-row"><summary>{{ texts.raw }}</summary>
          <div class="scroll" tabindex="0" role="region" :aria-label="texts.raw"><table class="plain"><caption class="unseen">{{ texts.raw }}</caption><tbody><tr v-for="(value, column) in product.raw_data" :key="column"><th scope="row">{{ column }}</th><td class="raw">{{ value }}</td></tr></tbody></table></div></details>
      </template>
      <dialog ref="dialog" aria-labelledby="delete-title"><h2 id="delete-title">{{ texts.delete_title }}</h2><p>{{ texts.delete_hint }}</p>
        <div class="actions"><button type="button" class="danger" :disabled="busy" @click="remove">{{ texts.delete }}</button><button type="button" @click="$refs.dialog.close()">{{ texts.cancel }}</button></div></dialog>
    </div>`,
  computed: {
    many: () => FIELDS_OF_A_CHANGE,
    rows() {
      const own = { name: "name", label: this.texts.name, type: "string" };
      const assigned = new Map((this.pim?.attributes ?? []).map((one) => [one.code, one]));
      const known = this.fields.map((field) => ({ ...field, attribute: assigned.get(field.name) }));
      const names = new Set(this.fields.map((field) => field.name));
      const others = [...assigned.values()].filter((one) => !names.has(one.code));
      const structured = others.map((one) => ({ name: one.code, label: this.named(one), group: one.group, attribute: one, is_structured: true }));
      // by group, those without one first, as they were; in a group fields of the schema come before what is structured
      const all = [...known, ...structured].map((field) => ({ ...field, group: field.group ?? null }));
      const groups = [null, ...new Set(all.map((field) => field.group).filter(Boolean).sort((one, other) => one.localeCompare(other, this.locale)))];
      return [own, ...groups.flatMap((group) => all.filter((field) => field.group === group))].map((field) => ({ ...field, group: field.group ?? null }));
    },
    grouped() {
      return this.rows.some((field) => field.group);
    },
    has_external() {
      return this.rows.some((field) => field.attribute?.external);
    },
    // the latest change of each field, as far back as it is known what a product was before
    origins() {
      const found = { __proto__: null }; // a field may be called “constructor”
      for (const change of this.history) {
        if (!change.fields) break;
        for (const one of change.fields) found[one.field] ??= change;
      }
      return found;
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
      if (field.name === "name") return this.product.name;
      return Object.hasOwn(this.product.data, field.name) ? this.product.data[field.name] : undefined;
    },
    shown(field) {
      return segopsValues.typed(this.get(field), field.type, this.locale);
    },
    text(name, value) {
      return segopsValues.typed(value, this.fields.find((field) => field.name === name)?.type, this.locale);
    },
    named(attribute) {
      return attribute.names["T:" + this.language] ?? attribute.names.default ?? attribute.code;
    },
    links: (value) => segopsValues.isLink(value),
    label(name) {
      if (name === "is_active") return this.texts.active;
      return this.rows.find((field) => field.name === name)?.label ?? name;
    },
    cause(change) {
      return this.texts["cause_" + change.cause] ?? change.cause;
    },
    async load() {
      const path = `/api/pim/products/${this.id}/`;
      const [answer, pim, history] = await Promise.all([segops.look(path), segops.look(path + "pim/"), segops.look(`${path}history/?page_size=${PER_PAGE}`)]);
      if (!answer.ok) return this.fail(answer);
      if (pim.ok) this.pim = await pim.json();
      this.etag = answer.headers.get("ETag");
      this.product = await answer.json();
      if (history.ok) {
        const told = await history.json();
        [this.history, this.number_of_changes] = [told.results, told.count];
      }
    },
    async fail(answer) {
      const error = await segops.error(answer);
      this.failed = `${error.message} ${error.remedy}`;
    },
    async edit(field) {
      if (this.editing !== null && this.words !== this.was) return this.focus(); // what is written there is not lost
      [this.editing, this.problem, this.notice] = [field.name, "", ""];
      this.words = this.was = segopsValues.editable(this.get(field), field.type);
      this.lines = ["array", "multi_price"].includes(field.type) || this.words.length > 60 || this.words.includes("\n");
      await this.$nextTick();
      this.focus();
    },
    focus() {
      [this.$refs.edit].flat()[0]?.focus();
    },
    async stop(field) {
      this.editing = null;
      await this.$nextTick();
      this.$el.querySelector(`[data-field="${CSS.escape(field.name)}"] button`)?.focus();
    },
    // changes what somebody has looked at: if another was quicker, they see that first
    async patch(body) {
      [this.busy, this.failed, this.problem] = [true, "", ""];
      const answer = await segops.request("PATCH", `/api/pim/products/${this.id}/`, body, this.etag ? { "If-Match": this.etag } : {});
      this.busy = false;
      if (answer.status === 412) {
        await this.load();
        this.failed = this.texts.changed_meanwhile;
      }
      if (answer.ok) await this.load();
      return answer;
    },
    async save(field) {
      if (this.busy) return; // a second one would meet what the first one has changed
      const value = segopsValues.edited(this.words, field.type);
      const answer = await this.patch(field.name === "name" ? { name: value ?? "" } : { data: { [field.name]: value } });
      if (answer.ok) {
        this.notice = this.texts.saved.replace("{field}", () => field.label);
        return this.stop(field);
      }
      if (answer.status === 412) return;
      const error = await segops.error(answer);
      this.problem = `${error.message} ${error.remedy}`;
    },
    async set_active(is_active) {
      const answer = await this.patch({ is_active });
      if (answer.ok) this.notice = is_active ? this.texts.is_active : this.texts.is_inactive;
      else if (answer.status !== 412) this.fail(answer);
    },
    async remove() {
      this.busy = true;
      const answer = await segops.request("DELETE", `/api/pim/products/${this.id}/`, undefined, this.etag ? { "If-Match": this.etag } : {});
      this.busy = false;
      this.$refs.dialog.close();
      if (answer.ok) return location.assign("/pim");
      if (answer.status !== 412) return this.fail(answer);
      await this.load();
      this.failed = this.texts.changed_meanwhile;
    },
  },
};
