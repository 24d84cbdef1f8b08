// The dialog in which a thing is made or changed: one control for each field that the page names.
// What is changed of a thing is only what somebody has touched: an address that is shown without its password stays whole.
// `names.T:da` is the entry T:da of names.
function split(name) {
  const place = name.indexOf(".");
  return place < 0 ? [name] : [name.slice(0, place), name.slice(place + 1)];
}
function at(thing, name) {
  const [outer, inner] = split(name);
  return inner ? thing[outer]?.[inner] : thing[outer];
}

export default {
  props: ["texts", "form", "identity", "whole"],
  emits: ["send"],
  data: () => ({ thing: null, values: {}, before: "", problem: "", wrong: {}, busy: false }),
  template: `
    <dialog ref="dialog" :aria-labelledby="mark + 'form'"><form @submit.prevent="submit" novalidate ref="form">
      <h2 :id="mark + 'form'">{{ known ? texts.edit : texts.add }}</h2>
      <div v-for="field in fields" :key="field.name" class="field">
        <fieldset v-if="field.kind === 'checks'" :aria-describedby="told(field)"><legend>{{ field.label }}{{ field.required ? ' *' : '' }}</legend>
          <label v-for="option in field.options" :key="option.value"><input type="checkbox" :value="option.value" v-model="values[field.name]" /> {{ option.label }}</label></fieldset>
        <label v-else-if="field.kind === 'yes'"><input type="checkbox" v-model="values[field.name]" :aria-describedby="told(field)" /> {{ field.label }}</label>
        <label v-else>{{ field.label }}{{ field.required ? ' *' : '' }}
          <select v-if="field.kind === 'select'" v-model="values[field.name]" :required="field.required" :aria-describedby="told(field)"><option v-for="option in field.options" :key="option.value" :value="option.value">{{ option.label }}</option></select>
          <input v-else :type="field.kind === 'zone' ? 'text' : field.kind" v-model="values[field.name]" :required="field.required" :min="field.min" :max="field.max" :maxlength="field.most ?? 2000" :list="field.kind === 'zone' ? mark + 'zones' : null" :placeholder="field.placeholder" :data-field="field.name" :aria-invalid="wrong[field.name] ? 'true' : null" :aria-describedby="told(field)" autocomplete="off" spellcheck="false" /></label>
        <p v-if="wrong[field.name]" :id="mark + 'wrong-' + field.name" class="wrong" role="alert">{{ wrong[field.name] }}</p>
        <p v-if="field.hint" :id="mark + 'hint-' + field.name" class="soft hint">{{ field.hint }}</p>
      </div>
      <datalist v-if="fields.some((field) => field.kind === 'zone')" :id="mark + 'zones'"><option v-for="zone in zones" :key="zone" :value="zone"></option></datalist>
      <p v-if="problem" class="notice bad" role="alert">{{ problem }}</p>
      <div class="actions"><button type="submit" class="main">{{ texts.save }}</button><button type="button" @click="close">{{ texts.cancel }}</button></div>
    </form></dialog>`,
  computed: {
    // a page can have several lists, and ids are the page's
    mark() {
      return `form-${this.$.uid}-`;
    },
    known() {
      return this.thing?.[this.identity] !== undefined;
    },
    fields() {
      return this.form.filter((field) => (this.known ? field.change !== false : field.create !== false));
    },
    zones: () => Intl.supportedValuesOf?.("timeZone") ?? [],
  },
  methods: {
    async open(thing) {
      this.thing = thing ?? {};
      [this.problem, this.wrong, this.busy] = ["", {}, false];
      this.values = Object.fromEntries(this.fields.map((field) => [field.name, this.start(field, thing)]));
      this.before = JSON.parse(JSON.stringify(this.values));
      await this.$nextTick();
      this.$refs.dialog.showModal();
    },
    close() {
      this.$refs.dialog.close();
    },
    start(field, thing) {
      const value = thing ? at(thing, field.from ?? field.name) : field.value;
      if (field.kind === "checks") return [...(value ?? [])];
      if (field.kind === "yes") return Boolean(value);
      if (field.kind === "select") return value ?? field.options[0]?.value ?? "";
      if (field.kind === "zone") return value ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
      return value ?? "";
    },
    told(field) {
      return [this.wrong[field.name] && this.mark + "wrong-" + field.name, field.hint && this.mark + "hint-" + field.name].filter(Boolean).join(" ") || null;
    },
    body() {
      const body = {};
      for (const field of this.fields) {
        let value = this.values[field.name];
        if (typeof value === "string") value = value.trim();
        if (this.known && !this.whole && JSON.stringify(value) === JSON.stringify(this.before[field.name])) continue;
        if (field.kind === "number") value = value === "" ? null : Number(value);
        if (value === "" && !field.required) value = field.empties ?? null;
        if (value === null && !this.known && !this.whole) continue;
        const [name, inner] = split(field.name);
        if (inner) (body[name] ??= {})[inner] = value;
        else body[name] = value;
      }
      return body;
    },
    // What the browser finds wrong is told beside its field, as what the server finds is.
    check() {
      this.wrong = {};
      for (const field of this.fields) {
        const value = this.values[field.name];
        if (field.required && (Array.isArray(value) ? !value.length : !String(value).trim())) this.wrong[field.name] = this.texts.needed;
      }
      for (const control of this.$refs.form.querySelectorAll("input:invalid")) {
        const name = control.dataset.field;
        if (name && !this.wrong[name]) this.wrong[name] = control.validationMessage;
      }
      return !Object.keys(this.wrong).length;
    },
    submit() {
      if (this.busy) return;
      this.problem = "";
      if (!this.check()) return this.show();
      this.busy = true;
      this.$emit("send", { thing: this.thing, known: this.known, body: this.body() });
    },
    // An error of the server: beside its field where it names one, else above the buttons.
    async fail(answer) {
      const error = await segops.error(answer);
      this.busy = false;
      for (const issue of [...(error.issues ?? []), error]) {
        const places = [issue.column, ...(issue.column ?? "").split(".")];
        const name = this.fields.find((field) => places.includes(field.name))?.name;
        if (name && !this.wrong[name]) this.wrong[name] = [issue.message, issue.remedy].filter(Boolean).join(" ");
      }
      if (!Object.keys(this.wrong).length) this.problem = [error.message, error.remedy].filter(Boolean).join(" ");
      this.show();
    },
    async show() {
      await this.$nextTick();
      this.$refs.form.querySelector('[aria-invalid="true"]')?.focus();
    },
  },
};
