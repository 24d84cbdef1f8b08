// Step 2 of the wizard: preview, columns and fields. It redraws itself at once and tells the server a moment later;
// what the server says of the draft comes back through the methods below.
import Columns from "/static/wizard/columns.js";
import * as change from "/static/wizard/draft.js";
import Fields from "/static/wizard/fields.js";
import { History } from "/static/wizard/history.js";
import Preview from "/static/wizard/preview.js";
import { fill } from "/static/wizard/problems.js";
import { Saving } from "/static/wizard/saving.js";
import shown from "/static/wizard/shown.js";

export default {
  components: { Columns, Fields, Preview },
  props: ["given", "texts", "types", "person", "language"],
  emits: ["save", "look", "theirs", "reread", "next", "steps", "as_bizzkit"],
  data: () => ({ page: null, state: null, saved: "saved", told: [], conflict: null, refusal: null, busy: false, asked: false, can: { undo: false, redo: false } }),
  template: `
    <div v-if="page" class="mapping" :aria-busy="busy">
      <div v-if="conflict" class="notice warn conflict" role="alert">
        <span>{{ conflictText }}</span>
        <span class="actions"><button type="button" @click="take">{{ texts.take_theirs }}</button><button type="button" @click="keep">{{ texts.keep_mine }}</button></span>
      </div>
      <div v-if="refusal" class="notice bad" role="alert">{{ refusal.message }} {{ refusal.remedy }}</div>
      <div class="bar-of-file card">
        <span class="q-icon material-icons" aria-hidden="true">table_view</span>
        <span class="file"><strong><bdi>{{ page.file.name }}</bdi></strong>
          <span class="soft small">{{ fileFacts }}</span></span>
        <span class="state small" :class="saved" role="status"><span class="q-icon material-icons" aria-hidden="true">{{ saveIcon }}</span> {{ texts['state_' + saved] }}</span>
        <span class="actions">
          <a class="button" href="/pim/import">{{ texts.other_file }}</a>
          <button type="button" :disabled="!can.undo" :title="texts.undo + ' (Ctrl+Z)'" :aria-label="texts.undo" @click="undo"><span class="q-icon material-icons" aria-hidden="true">undo</span></button>
          <button type="button" :disabled="!can.redo" :title="texts.redo + ' (Ctrl+Shift+Z)'" :aria-label="texts.redo" @click="redo"><span class="q-icon material-icons" aria-hidden="true">redo</span></button>
        </span>
      </div>
      <div v-if="page.may_be_bizzkit" class="notice offer"><span>{{ texts.may_be_bizzkit }}</span><span class="actions"><button type="button" :disabled="busy" @click="asBizzkit">{{ texts.as_bizzkit }}</button></span></div>
      <div v-for="offer in offers" :key="offer.field" class="notice offer">
        <span>{{ offerText(offer) }}</span>
        <span class="actions"><button type="button" @click="apply(change.combined(state, schema, offer))">{{ texts.combine }}</button>
          <button type="button" class="quiet" @click="apply(change.declined(state, offer))">{{ texts.keep_apart }}</button></span>
      </div>
      <preview :headers="headers" :rows="page.preview" :dialect="page.dialect" :notes="page.notes" :texts="texts" :busy="busy" @choose="reread"></preview>
      <div class="panels">
        <columns :columns="page.columns" :mapping="state.mapping" :known="known" :reviewed="state.accepted" :decided="isDecided" :steps="state.transformations"
          :problems="problems" :texts="texts" :types="types" :icons="icons" :choices="choices" :sure="sure" :has-schema="page.schema.length > 0" :language="language"
          @map="map" @review="(name, value) => apply(change.reviewed(state, [name], value))" @accept="apply(change.reviewed(state, $event, true))"
          @suggested="toSuggestion" @steps="openSteps"></columns>
        <fields :fields="state.fields" :others="others" :columns="byTarget" :existing="schema" :texts="texts" :types="types" :icons="icons" :problems="fieldProblems"
          @change="(key, values) => apply(change.changed(state, key, values))" @rename="(key, name) => apply(change.renamed(state, schema, key, name))"
          @remove="key => apply(change.removed(state, key))" @add="(name, type) => apply(change.added(state, schema, name, type))"></fields>
      </div>
      <div class="bar-of-next card">
        <div class="missing" role="status" id="missing">
          <ul v-if="problems.general.length" class="problems small">
            <li v-for="(problem, number) in problems.general" :key="number" :class="problem.level">
              <span class="q-icon material-icons" aria-hidden="true">{{ problem.level === 'error' ? 'error' : problem.level === 'warning' ? 'warning' : 'info' }}</span>
              <span>{{ problem.message }} <span class="remedy">{{ problem.suggestion }}</span>
                <span v-if="problem.candidates?.length" class="actions candidates">{{ texts.use_as_key }}
                  <button v-for="name in problem.candidates" :key="name" type="button" @click="map(name, 'sku')"><bdi>{{ name }}</bdi></button></span></span></li>
          </ul>
          <span v-if="columnErrors" class="small error-text">{{ fill(texts.column_errors, { count: columnErrors }) }} <button type="button" class="quiet" @click="showFirst">{{ texts.show_first }}</button></span>
          <span v-if="!errors" class="small ready"><span class="q-icon material-icons" aria-hidden="true">check_circle</span> {{ readyText }}</span>
        </div>
        <button type="button" class="main next" :aria-disabled="errors > 0 || busy" aria-describedby="missing" @click="next">{{ texts.next }}<span class="q-icon material-icons" aria-hidden="true">arrow_forward</span></button>
      </div>
      <div v-if="busy" class="veil" role="status"><div class="card"><progress :aria-label="texts.reading"></progress> {{ texts.reading }}</div></div>
      <div class="unseen" aria-live="polite">{{ announced }}</div>
    </div>`,
  created() {
    this.change = change;
    this.fill = fill;
    this.take_over(this.given);
  },
  mounted() {
    window.addEventListener("keydown", this.keys);
    window.addEventListener("pagehide", this.leave);
    document.addEventListener("visibilitychange", this.back);
    this.restore();
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.keys);
    window.removeEventListener("pagehide", this.leave);
    document.removeEventListener("visibilitychange", this.back);
  },
  computed: shown,
  methods: {
    take_over(page) {
      page.columns.forEach((column, place) => (column.place = place));
      for (const name of ["columns", "preview", "schema", "offers", "notes"]) Object.freeze(page[name]);
      page.columns.forEach(Object.freeze);
      this.page = page;
      this.told = page.problems;
      this.state = Object.freeze(change.stateOf(page.draft));
      this.history = new History(this.state);
      this.can = { undo: false, redo: false };
      this.saving ??= new Saving(page.job, page.version, (sent) => this.$emit("save", sent), (state) => (this.saved = state));
    },
    // what an earlier visit could not save any more
    restore() {
      const left = this.saving.unsaved();
      if (!left?.draft?.mapping) return;
      if (Object.keys(left.draft.mapping).some((column) => !this.headers.includes(column))) return this.saving.forget(this.page.version);
      if (change.isSame(left.draft, this.page.draft)) return this.saving.forget(this.page.version); // only its answer came too late
      if (left.version !== this.page.version) {
        this.saving.draft = left.draft;
        this.saving.held = true;
        this.saved = "waiting";
        this.mine = change.stateOf(left.draft);
        this.conflict = { ...this.page.drafted, version: this.page.version };
        return;
      }
      this.show(change.stateOf(left.draft));
      this.saving.change(left.draft);
    },
    show(state) {
      this.state = Object.freeze(state);
      this.history.push(this.state);
      this.can = { undo: true, redo: false };
    },
    apply(state) {
      this.show(state);
      this.save();
    },
    save() {
      this.refusal = null;
      this.saving.change(change.draftOf(this.state, this.page.draft));
    },
    map(name, target) {
      const column = this.page.columns.find((one) => one.name === name);
      this.apply(change.mapped(this.state, this.schema, column, target));
    },
    toSuggestion(name) {
      const column = this.page.columns.find((one) => one.name === name);
      this.apply(change.suggested(this.state, this.schema, column, (key) => this.page.draft.schema.fields.find((field) => field.key === key)));
    },
    isDecided(column) {
      return (this.state.mapping[column.name] ?? null) !== column.target;
    },
    choices() {
      return this.groups;
    },
    move(state) {
      if (!state) return;
      this.state = state;
      this.can = { undo: this.history.past.length > 0, redo: this.history.future.length > 0 };
      this.save();
    },
    undo() {
      this.move(this.history.undo());
    },
    redo() {
      this.move(this.history.redo());
    },
    keys(event) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const at = event.target;
      if (at.isContentEditable || at.tagName === "TEXTAREA" || (at.tagName === "INPUT" && at.type !== "checkbox") || at.closest?.("[role=dialog]")) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) this.redo();
      else this.undo();
    },
    offerText(offer) {
      return fill(this.texts.offer, { columns: offer.columns.map((column) => `“${column}”`).join(", "), field: offer.field });
    },
    // what the server is to do with the draft waits until it has it
    whenSaved(act) {
      this.then = this.saving.pending ? act : null;
      if (this.then) this.saving.flush();
      else act();
    },
    openSteps(name) {
      this.whenSaved(() => this.$emit("steps", name));
    },
    reread(choice) {
      if (this.conflict) return this.toConflict();
      this.before = { state: this.state, columns: this.page.columns };
      this.busy = true;
      this.whenSaved(() => this.$emit("reread", choice));
    },
    asBizzkit() {
      if (this.conflict) return this.toConflict();
      this.whenSaved(() => this.$emit("as_bizzkit"));
    },
    next() {
      this.asked = true;
      if (this.errors || this.busy) return this.showFirst();
      if (this.conflict || this.refusal) return this.toConflict();
      this.whenSaved(() => this.$emit("next"));
    },
    toConflict() {
      document.querySelector(".mapping > [role=alert]")?.scrollIntoView({ block: "center" });
    },
    showFirst() {
      const column = this.page.columns.find((one) => this.problems.of(one.name).some((problem) => problem.level === "error"));
      const row = document.getElementById(column ? `target-${column.place}` : "missing");
      row?.scrollIntoView({ block: "center" });
      row?.focus();
    },
    leave() {
      this.saving.flush();
    },
    back() {
      if (document.visibilityState === "visible") this.$emit("look", this.saving.version);
      else this.saving.flush();
    },
    offerOf(page) {
      this.mine = this.state;
      this.conflict = { by: page.by, at: page.at, version: page.version };
    },
    take() {
      this.saving.forget(this.saving.version);
      this.conflict = null;
      this.$emit("theirs");
    },
    keep() {
      const mine = this.mine ?? this.state;
      const version = this.conflict.version;
      this.conflict = null;
      if (mine !== this.state) this.show(mine);
      this.saving.keep(version, change.draftOf(mine, this.page.draft));
    },
    // --- what the server tells ---
    was_saved(serial, version, problems) {
      if (!this.saving.saved(serial, version) || this.saving.pending) return;
      this.told = problems;
      const then = this.then;
      this.then = null;
      then?.();
    },
    was_changed(serial, who) {
      if (!this.saving.hold(serial)) return;
      this.then = null;
      this.busy = false;
      this.offerOf(who);
    },
    was_refused(serial, error, again) {
      if (!this.saving.refused(serial, again) || again) return;
      this.then = null;
      this.busy = false;
      this.refusal = error;
    },
    // there is a newer draft: without changes here it is taken at once
    is_newer(who) {
      if (who.version <= this.saving.version || this.conflict) return;
      if (this.saving.pending) this.offerOf(who);
      else this.$emit("theirs");
    },
    renew(page, reread) {
      const before = reread ? this.before : null;
      this.busy = false;
      this.conflict = null;
      this.saving.forget(page.version);
      this.take_over(page);
      if (!before) return;
      const suggestion = Object.fromEntries(before.columns.map((column) => [column.name, column.target]));
      const state = change.carriedOver(before.state, this.state, page.columns, (name) => suggestion[name]);
      if (JSON.stringify(state) !== JSON.stringify(this.state)) this.apply(state);
    },
    unread() {
      location.reload();
    },
  },
};
