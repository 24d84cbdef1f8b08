// A list of things of one kind behind the API: shown, searched, made, changed, removed, by what the page says of them.
//   columns: [{name, label, kind, empty, words, good, bad}]     kind: text, date, badge, list, yes, code, number, segments
//   form: [{name, label, kind, options, required, hint, create, change, value, min, max, empties}]
//                                       empties: what is sent for nothing, where that is not null
//                                       kind: text, email, url, number, select, checks, yes, zone (of time)
//                                       a name such as names.T:da is an entry of an object; from: where its value is
//   filters: [{name, label, options}]   parameters of the URL that can be chosen; without options they are typed
//   acts: [{name, label, method, path, body, confirm, danger, shows, done, leads, when, pairs, inner}]
//     path follows the thing's own (whole: it stands alone); in bodies $field is the thing's; shows: field of the answer
//     that is shown once; leads: {text, path} a link told when it is done, with {field} of the answer in it; when: of
//     which things; pairs: a field whose pairs are shown; inner: a list of what belongs to a thing (its URL follows);
//     asks: {name, label} a text that the body has too; force: {path, label, confirm} what is offered where it is refused
// An act that only shows something is everybody's; the others are for who may change things.
import ThingForm from "/static/resource/form.js";
import { filled, isFor, shown } from "/static/resource/shown.js";

export default {
  name: "ResourceList",
  components: { ThingForm },
  props: ["url", "id", "texts", "columns", "form", "acts", "filters", "maywrite", "locale", "icon", "shows", "searches", "size", "keys", "makes", "changes", "after"],
  data: () => ({ things: null, count: 0, page: 1, q: "", chosen: {}, failed: "", away: "", notice: "", way: null, once: null, asking: null, looking: null, busy: false }),
  template: `
    <div class="resource">
      <div v-if="searches || filters.length || makeable || count" class="actions head">
        <label v-if="searches"><span class="unseen">{{ texts.find }}</span><input type="search" v-model="q" :placeholder="texts.find" @input="soon" @keydown.enter="find" /></label>
        <label v-for="filter in filters" :key="filter.name">{{ filter.label }}
          <select v-if="filter.options" v-model="chosen[filter.name]" @change="find"><option :value="undefined">{{ texts.all }}</option><option v-for="option in filter.options" :key="option.value" :value="option.value">{{ option.label }}</option></select>
          <input v-else type="search" v-model="chosen[filter.name]" @input="soon" @keydown.enter="find" /></label>
        <span class="soft" role="status">{{ count ? counted : '' }}</span><span class="grow"></span>
        <button v-if="makeable" ref="add" type="button" class="main" @click="$refs.form.open(null)">{{ texts.add }}</button>
      </div>
      <p v-if="failed || away" class="notice bad stays" role="alert">{{ failed || away }}</p>
      <p v-if="notice" class="notice good stays" role="status">{{ notice }} <a v-if="way" :href="way.path">{{ way.text }}</a></p>
      <div v-if="once" class="notice good once stays" role="status"><p>{{ texts.once }}</p><div class="actions">
        <input ref="once" type="text" readonly :value="once" :aria-label="texts.once" @focus="$event.target.select()" />
        <button type="button" @click="copy">{{ texts.copy }}</button> <button type="button" class="quiet" @click="once = null">{{ texts.close }}</button></div></div>
      <p v-if="things === null && !away" class="soft">{{ texts.loading }}</p>
      <div v-else-if="things && !things.length" class="empty"><span class="q-icon material-icons" aria-hidden="true">{{ icon }}</span><p>{{ sought ? texts.none_found : texts.none }}</p></div>
      <div v-else-if="things" class="scroll card flush stacks" tabindex="0" role="region" :aria-label="texts.caption" ref="list"><table class="plain" role="table">
        <caption class="unseen">{{ texts.caption }}</caption>
        <thead role="rowgroup"><tr role="row"><th v-for="column in columns" :key="column.name" scope="col" role="columnheader" :class="{ number: column.kind === 'number' }">{{ column.label }}</th>
          <th v-if="hasActs" scope="col" role="columnheader"><span class="unseen">{{ texts.actions }}</span></th></tr></thead>
        <tbody role="rowgroup"><tr v-for="thing in things" :key="key(thing)" role="row">
          <td v-for="column in columns" :key="column.name" role="cell" :data-label="column.label" :class="{ number: column.kind === 'number' }">
            <code v-if="column.kind === 'code' && show(thing, column) !== '–'">{{ show(thing, column) }}</code>
            <span v-else-if="column.kind === 'badge'" :class="['badge', (column.good ?? []).includes(thing[column.name]) ? 'good' : (column.bad ?? []).includes(thing[column.name]) ? 'bad' : '']">{{ show(thing, column) }}</span>
            <span v-else :class="{ soft: show(thing, column) === (column.empty ?? '–') }">{{ show(thing, column) }}</span></td>
          <td v-if="hasActs" role="cell" class="acts"><div class="actions tight">
            <button v-if="maywrite && changeable(thing)" type="button" @click="$refs.form.open(thing)">{{ texts.edit }}<span class="unseen"> {{ thing[columns[0].name] }}</span></button>
            <button v-for="act in actsOf(thing)" :key="act.name" type="button" :class="{ danger: act.danger }" @click="begin(act, thing)">{{ act.label }}<span class="unseen"> {{ thing[columns[0].name] }}</span></button></div></td>
        </tr></tbody></table></div>
      <nav v-if="count > size" class="actions pages" :aria-label="texts.pages">
        <button type="button" :disabled="page === 1" @click="turn(-1)">{{ texts.before }}</button><span>{{ page }} / {{ Math.ceil(count / size) }}</span>
        <button type="button" :disabled="page * size >= count" @click="turn(1)">{{ texts.next }}</button></nav>

      <thing-form v-if="form.length" ref="form" :texts="texts" :form="form" :identity="id" :whole="Boolean(keys)" @send="save"></thing-form>
      <dialog ref="ask" :aria-labelledby="'ask-' + $.uid"><template v-if="asking"><h2 :id="'ask-' + $.uid">{{ asking.act.label }}: {{ asking.thing[columns[0].name] }}</h2><p v-if="asking.refused">{{ asking.refused }}</p><p>{{ asking.act.confirm }}</p>
        <p v-if="asking.act.asks" class="field"><label>{{ asking.act.asks.label }} <input type="text" v-model.trim="asking.said" maxlength="500" autocomplete="off" spellcheck="false" /></label></p>
        <div class="actions"><button type="button" :class="asking.act.danger ? 'danger' : 'main'" @click="run(asking.act, asking.thing)">{{ asking.act.label }}</button>
          <button type="button" @click="$refs.ask.close()">{{ texts.cancel }}</button></div></template></dialog>
      <dialog ref="look" class="broad" :aria-labelledby="'look-' + $.uid" @close="looking = null"><template v-if="looking"><h2 :id="'look-' + $.uid">{{ looking.act.label }}: {{ looking.thing[columns[0].name] }}</h2>
        <resource-list v-if="looking.act.inner" v-bind="looking.act.inner" :url="path(looking.thing) + looking.act.path" :maywrite="maywrite" :locale="locale"></resource-list>
        <div v-else class="scroll" tabindex="0" role="region" :aria-label="looking.act.label"><table class="plain"><tbody>
          <tr v-for="(value, name) in looking.thing[looking.act.pairs]" :key="name"><th scope="row">{{ name }}</th><td>{{ value ?? looking.act.without }}</td></tr></tbody></table></div>
        <div class="actions"><button type="button" @click="$refs.look.close()">{{ texts.close }}</button></div></template></dialog>
    </div>`,
  computed: {
    makeable() {
      return this.maywrite && this.form.some((field) => field.create !== false);
    },
    hasActs() {
      return this.acts.some((act) => this.isOpen(act)) || (this.maywrite && this.form.some((field) => field.change !== false));
    },
    sought() {
      return this.q || Object.values(this.chosen).some(Boolean);
    },
    counted() {
      return this.count === 1 ? this.texts.one : this.texts.many.replace("{count}", new Intl.NumberFormat(this.locale).format(this.count));
    },
  },
  mounted() {
    this.load();
  },
  methods: {
    isOpen(act) {
      return this.maywrite || Boolean(act.pairs || act.inner);
    },
    changeable(thing) {
      return isFor(this.changes, thing) && this.form.some((field) => field.change !== false);
    },
    actsOf(thing) {
      return this.acts.filter((act) => this.isOpen(act) && isFor(act.when, thing));
    },
    // where a thing has no URL of its own, `keys` name it in the query of the list's
    path(thing) {
      if (this.keys) return this.url + "?" + new URLSearchParams(this.keys.flatMap((name) => (thing[name] === null ? [] : [[name, thing[name]]])));
      return this.url + encodeURIComponent(thing[this.id]) + "/";
    },
    key(thing) {
      return this.keys ? JSON.stringify(this.keys.map((name) => thing[name])) : thing.workspace ? thing.workspace + "/" + thing[this.id] : thing[this.id];
    },
    show(thing, column) {
      return shown(thing[column.name], column, this.texts, this.locale);
    },
    async load() {
      const query = new URLSearchParams({ page: this.page, page_size: this.size });
      for (const [name, value] of Object.entries({ ...this.chosen, q: this.q })) if (value) query.set(name, value);
      const asked = (this.asked = (this.asked ?? 0) + 1);
      try {
        const answer = await segops.get(`${this.url}?${query}`);
        if (!answer.ok) throw new Error((await segops.error(answer)).message);
        const told = await answer.json();
        if (asked !== this.asked) return; // somebody has typed on
        [this.things, this.count, this.away] = [told.results, told.count, ""];
        if (!told.results.length && this.page > 1) return this.turn(-1); // the last of its page is gone
      } catch (error) {
        if (asked === this.asked) this.away = error instanceof TypeError ? this.texts.away : error.message;
      }
    },
    soon() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.find(), 250);
    },
    find() {
      this.page = 1;
      return this.load();
    },
    turn(by) {
      this.page += by;
      return this.load();
    },
    tell(notice, failed = "", way = null) {
      [this.notice, this.failed, this.way] = [notice, failed, way];
    },
    async save({ thing, known, body }) {
      const named = Object.fromEntries((this.keys ?? []).map((name) => [name, thing[name] ?? null]));
      const answer = this.keys
        ? await segops.request(this.makes, this.url, { ...body, ...(known ? named : {}) })
        : await segops.request(known ? "PATCH" : "POST", known ? this.path(thing) : this.url, body);
      if (!answer.ok) return this.$refs.form.fail(answer);
      const told = await answer.json().catch(() => ({}));
      this.$refs.form.close();
      this.tell(this.texts.saved);
      if (!known && this.shows && told[this.shows]) this.reveal(told[this.shows]);
      await this.load();
      const next = known ? null : this.acts.find((act) => act.name === this.after && isFor(act.when, told));
      if (next) await this.run(next, told);
    },
    async begin(act, thing) {
      if (this.busy) return;
      if (act.pairs || act.inner) {
        this.looking = { act, thing };
        await this.$nextTick();
        return this.$refs.look.showModal();
      }
      if (!act.confirm) return this.run(act, thing);
      return this.ask(act, thing);
    },
    async ask(act, thing, refused = "") {
      this.asking = { act, thing, refused, said: act.asks ? thing[act.asks.name] : "" };
      await this.$nextTick();
      if (!this.$refs.ask.open) this.$refs.ask.showModal();
    },
    async run(act, thing) {
      if (this.busy) return;
      this.busy = true;
      const method = act.method ?? "POST";
      const body = method === "DELETE" ? undefined : { ...filled(act.body ?? {}, thing), ...(act.asks ? { [act.asks.name]: this.asking.said } : {}) };
      const answer = await segops.request(method, act.whole ? act.path : this.path(thing) + (act.path ?? ""), body);
      this.busy = false;
      if (answer.status === 400 && act.force) {
        const { message } = await segops.error(answer);
        return this.ask({ ...act, ...act.force, force: null }, thing, message);
      }
      this.$refs.ask.close();
      if (!answer.ok) {
        const error = await segops.error(answer);
        return this.tell("", [error.message, error.remedy].filter(Boolean).join(" "));
      }
      const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
      const refusal = act.refusal && told[act.refusal];
      this.tell(refusal ? "" : (act.done ?? this.texts.done), refusal ? `${act.refused} ${refusal}` : "", act.leads && { text: act.leads.text, path: act.leads.path.replace(/\{(\w+)\}/g, (_, name) => told[name]) });
      if (act.shows && told[act.shows]) this.reveal(told[act.shows]);
      await this.load();
      if (method === "DELETE") (this.$refs.list ?? this.$refs.add)?.focus(); // the button that was pressed is gone
    },
    async reveal(secret) {
      this.once = secret;
      await this.$nextTick();
      this.$refs.once.focus();
    },
    async copy() {
      try {
        await navigator.clipboard.writeText(this.once);
      } catch {
        this.$refs.once.select(); // an address that is not secure has no clipboard
        document.execCommand("copy");
      }
      this.tell(this.texts.copied);
    },
  },
};
