// A list of things of one kind behind the API: shown, searched, made, changed, removed, by what the page says of them.
//   columns: [{name, label, kind}]      kind: text, date, badge, list, yes, code, number
//   form: [{name, label, kind, options, required, hint, create, change}]
//                                       kind: text, email, url, number, select, checks, yes, lines
//   acts: [{name, label, method, path, confirm, danger, shows, when}]
//                                       path follows the thing's own; shows: field of the answer that is shown once;
//                                       when: {field: [values]} in which the act is offered
const SIZE = 100;

export default {
  props: ["url", "id", "texts", "columns", "form", "acts", "maywrite", "locale", "icon", "shows", "searches", "query", "keys"],
  data: () => ({ things: null, count: 0, page: 1, q: "", failed: "", notice: "", problem: "", editing: null, values: {}, once: null, asking: null, busy: false }),
  template: `
    <div class="resource">
      <div class="actions head">
        <label v-if="searches"><span class="unseen">{{ texts.find }}</span><input type="search" v-model="q" :placeholder="texts.find" @change="find" @keydown.enter="find" /></label>
        <span class="soft" role="status">{{ count ? format(count) : '' }}</span><span class="grow"></span>
        <button v-if="maywrite && form.some((field) => field.create !== false)" type="button" class="main" @click="open(null)">{{ texts.add }}</button>
      </div>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <div v-if="once" class="notice good once" role="status"><p>{{ texts.once }}</p>
        <input type="text" readonly :value="once" :aria-label="texts.once" @focus="$event.target.select()" />
        <button type="button" @click="copy">{{ texts.copy }}</button> <button type="button" class="quiet" @click="once = null">{{ texts.close }}</button></div>
      <p v-if="things === null && !failed" class="soft">{{ texts.loading }}</p>
      <div v-else-if="things && !things.length" class="empty"><span class="q-icon material-icons" aria-hidden="true">{{ icon }}</span><p>{{ q ? texts.none_found : texts.none }}</p></div>
      <div v-else-if="things" class="scroll card flush" tabindex="0" role="region" :aria-label="texts.caption"><table class="plain">
        <caption class="unseen">{{ texts.caption }}</caption>
        <thead><tr><th v-for="column in columns" :key="column.name" scope="col" :class="{ number: column.kind === 'number' }">{{ column.label }}</th>
          <th v-if="maywrite && (acts.length || changeable.length)" scope="col"><span class="unseen">{{ texts.actions }}</span></th></tr></thead>
        <tbody><tr v-for="thing in things" :key="keys ? JSON.stringify(thing) : thing[id]">
          <td v-for="column in columns" :key="column.name" :class="{ number: column.kind === 'number' }">
            <code v-if="column.kind === 'code'">{{ show(thing, column) }}</code>
            <span v-else-if="column.kind === 'badge'" :class="['badge', (column.good ?? []).includes(thing[column.name]) ? 'good' : (column.bad ?? []).includes(thing[column.name]) ? 'bad' : '']">{{ show(thing, column) }}</span>
            <template v-else>{{ show(thing, column) }}</template></td>
          <td v-if="maywrite && (acts.length || changeable.length)"><div class="actions tight">
            <button v-if="changeable.length" type="button" @click="open(thing)">{{ texts.edit }}<span class="unseen"> {{ thing[columns[0].name] }}</span></button>
            <button v-for="act in acts.filter((one) => offered(one, thing))" :key="act.name" type="button" :class="{ danger: act.danger }" :disabled="busy" @click="act.confirm ? ask(act, thing) : run(act, thing)">{{ act.label }}<span class="unseen"> {{ thing[columns[0].name] }}</span></button></div></td>
        </tr></tbody></table></div>
      <nav v-if="count > size" class="actions pages" :aria-label="texts.pages">
        <button type="button" :disabled="page === 1" @click="turn(-1)">{{ texts.before }}</button><span>{{ page }} / {{ Math.ceil(count / size) }}</span>
        <button type="button" :disabled="page * size >= count" @click="turn(1)">{{ texts.next }}</button></nav>

      <dialog ref="form" aria-labelledby="resource-form" @close="editing = null"><form @submit.prevent="save">
        <h2 id="resource-form">{{ editing && editing[id] !== undefined ? texts.edit : texts.add }}</h2>
        <div v-for="field in fields" :key="field.name" class="field">
          <fieldset v-if="field.kind === 'checks'"><legend>{{ field.label }}</legend>
            <label v-for="option in field.options" :key="option.value"><input type="checkbox" :value="option.value" v-model="values[field.name]" /> {{ option.label }}</label></fieldset>
          <label v-else-if="field.kind === 'yes'"><input type="checkbox" v-model="values[field.name]" /> {{ field.label }}</label>
          <label v-else>{{ field.label }}{{ field.required ? ' *' : '' }}
            <select v-if="field.kind === 'select'" v-model="values[field.name]" :required="field.required"><option v-for="option in field.options" :key="option.value" :value="option.value">{{ option.label }}</option></select>
            <textarea v-else-if="field.kind === 'lines'" v-model="values[field.name]" rows="4"></textarea>
            <input v-else :type="field.kind" v-model="values[field.name]" :required="field.required" :placeholder="field.placeholder" autocomplete="off" /></label>
          <p v-if="field.hint" class="soft hint">{{ field.hint }}</p>
        </div>
        <p v-if="problem" class="notice bad" role="alert">{{ problem }}</p>
        <div class="actions"><button type="submit" class="main" :disabled="busy">{{ texts.save }}</button><button type="button" @click="$refs.form.close()">{{ texts.cancel }}</button></div>
      </form></dialog>
      <dialog ref="ask" aria-labelledby="resource-ask"><template v-if="asking"><h2 id="resource-ask">{{ asking.act.label }}: {{ asking.thing[columns[0].name] }}</h2><p>{{ asking.act.confirm }}</p>
        <div class="actions"><button type="button" :class="asking.act.danger ? 'danger' : 'main'" @click="run(asking.act, asking.thing)">{{ asking.act.label }}</button>
          <button type="button" @click="$refs.ask.close()">{{ texts.cancel }}</button></div></template></dialog>
    </div>`,
  computed: {
    size: () => SIZE,
    changeable() {
      return this.form.filter((field) => field.change !== false);
    },
    fields() {
      return this.form.filter((field) => (this.editing?.[this.id] !== undefined ? field.change !== false : field.create !== false));
    },
  },
  mounted() {
    this.load();
  },
  methods: {
    format(value) {
      return new Intl.NumberFormat(this.locale).format(value);
    },
    // where a thing has no URL of its own, `keys` name it in the query of the list's
    path(thing) {
      if (this.keys) return this.url + "?" + new URLSearchParams(this.keys.flatMap((name) => (thing[name] === null ? [] : [[name, thing[name]]])));
      return this.url + encodeURIComponent(thing[this.id]) + "/";
    },
    show(thing, column) {
      const value = thing[column.name];
      if (value === null || value === undefined || value === "") return column.empty ?? "–";
      if (typeof value !== "object" && column.words?.[value] !== undefined) return column.words[value];
      if (column.kind === "date") return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
      if (column.kind === "list") return Array.isArray(value) ? value.map((one) => column.words?.[one] ?? one).join(", ") || "–" : String(value);
      if (column.kind === "yes") return value ? this.texts.yes : this.texts.no;
      if (column.kind === "number") return this.format(value);
      return typeof value === "object" ? Object.entries(value).map(([name, one]) => `${name}: ${one}`).join(", ") : String(value);
    },
    offered: (act, thing) => Object.entries(act.when ?? {}).every(([name, values]) => values.includes(thing[name] ?? null)),
    async load() {
      const query = new URLSearchParams({ page: this.page, page_size: SIZE, ...(this.query ?? {}) });
      if (this.q) query.set("q", this.q);
      try {
        const answer = await segops.get(`${this.url}?${query}`);
        if (!answer.ok) throw new Error((await segops.error(answer)).message);
        const told = await answer.json();
        [this.things, this.count, this.failed] = [told.results, told.count, ""];
      } catch (error) {
        this.failed = error instanceof TypeError ? this.texts.away : error.message;
      }
    },
    find() {
      this.page = 1;
      this.load();
    },
    turn(by) {
      this.page += by;
      this.load();
    },
    async open(thing) {
      this.editing = thing ?? {};
      this.problem = "";
      this.values = Object.fromEntries(this.fields.map((field) => [field.name, this.start(field, thing)]));
      await this.$nextTick();
      this.$refs.form.showModal();
    },
    start(field, thing) {
      const value = thing ? thing[field.name] : field.value;
      if (field.kind === "checks") return [...(value ?? [])];
      if (field.kind === "yes") return Boolean(value);
      if (field.kind === "lines") return (value ?? []).join("\n");
      if (field.kind === "select") return value ?? field.options[0]?.value ?? "";
      return value ?? "";
    },
    body() {
      return Object.fromEntries(this.fields.flatMap((field) => {
        let value = this.values[field.name];
        if (field.kind === "lines") value = value.split("\n").map((one) => one.trim()).filter(Boolean);
        if (field.kind === "number") value = value === "" ? null : Number(value);
        if (value === "" && !field.required) value = field.empties ?? null;
        return value === null && this.editing?.[this.id] === undefined ? [] : [[field.name, value]];
      }));
    },
    async save() {
      this.busy = true;
      const known = this.editing[this.id] !== undefined;
      const answer = await this.send(known);
      this.busy = false;
      if (!answer.ok) {
        const error = await segops.error(answer);
        this.problem = [error.message, error.remedy, ...(error.issues ?? []).map((issue) => issue.message)].join(" ");
        return;
      }
      const told = await answer.json().catch(() => ({}));
      this.$refs.form.close();
      this.notice = this.texts.saved;
      if (!known && this.shows && told[this.shows]) this.once = told[this.shows];
      this.load();
    },
    send(known) {
      const named = Object.fromEntries((this.keys ?? []).map((name) => [name, this.editing[name] ?? null]));
      if (this.keys) return segops.request("PUT", this.url, { ...named, ...this.body(), ...(known ? named : {}) });
      return known ? segops.request("PATCH", this.path(this.editing), this.body()) : segops.post(this.url, this.body());
    },
    async ask(act, thing) {
      this.asking = { act, thing };
      await this.$nextTick();
      this.$refs.ask.showModal();
    },
    async run(act, thing) {
      this.busy = true;
      const answer = await segops.request(act.method ?? "POST", this.path(thing) + (act.path ?? ""), act.method === "DELETE" ? undefined : (act.body ?? {}));
      this.busy = false;
      this.$refs.ask.close();
      [this.failed, this.notice] = ["", ""];
      if (!answer.ok) {
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
        return;
      }
      const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
      if (act.shows && told[act.shows]) this.once = told[act.shows];
      this.notice = act.done ?? this.texts.done;
      this.load();
    },
    async copy() {
      await navigator.clipboard?.writeText(this.once);
      this.notice = this.texts.copied;
    },
  },
};
