// One column of the file: what is in it, where it goes, why that was suggested, and what is wrong with it.
import { fill } from "/static/wizard/problems.js";
import { NEW_FIELD } from "/static/wizard/draft.js";

const MOST_SAMPLES = 3;

export default {
  props: ["column", "place", "target", "field", "by", "reviewed", "steps", "problems", "texts", "types", "icons", "choices", "language"],
  emits: ["map", "review", "suggested", "steps", "drop-field"],
  data: () => ({ over: false, options: null }),
  template: `
    <li class="map-column" :class="[kind, { over, skipped: !target }]" :id="'column-' + place" @dragover="dragged" @dragleave="over = false" @drop.prevent="dropped">
      <div class="column-what">
        <span class="column-name"><bdi>{{ column.name }}</bdi></span>
        <span class="samples"><span v-for="(sample, number) in samples" :key="number" class="sample"><bdi>{{ sample }}</bdi></span>
          <span v-if="!column.filled" class="soft">{{ texts.empty_column }}</span></span>
        <span class="facts soft small">
          <span class="meter" aria-hidden="true"><span :style="{ width: filled + '%' }"></span></span>
          {{ facts }} <span class="type">· <span class="q-icon material-icons" aria-hidden="true">{{ icons[column.type] ?? 'text_fields' }}</span> {{ types[column.type] ?? column.type }}<template v-if="column.currency"> · {{ column.currency }}</template></span>
        </span>
      </div>
      <span class="q-icon material-icons arrow" aria-hidden="true">east</span>
      <div class="column-where">
        <select :id="'target-' + place" :value="target ?? ''" :aria-label="label" :aria-invalid="kind === 'bad'" :aria-describedby="problems.length ? 'problems-' + place : null"
          @pointerenter="open" @pointerdown="open" @pointerleave="close" @focus="open" @blur="options = null" @change="chosen">
          <template v-if="options">
            <option value="">{{ texts.skip }}</option>
            <optgroup :label="texts.of_product"><option value="sku">sku — {{ texts.sku }}</option><option value="name">name — {{ texts.name }}</option></optgroup>
            <option :value="newField">{{ texts.new_field }}</option>
            <optgroup v-for="group in options" :key="group.label" :label="group.label">
              <option v-for="one in group.fields" :key="one.key" :value="one.key">{{ one.label }} ({{ types[one.type] }})</option>
            </optgroup>
          </template>
          <option v-else :value="target ?? ''">{{ shown }}</option>
        </select>
        <div class="why small">
          <span class="badge" :class="tone" :title="texts.score_help">{{ texts['from_' + source] }}{{ percent === null ? '' : ' ' + percent + ' %' }}</span>
          <span v-if="by" class="soft">{{ texts.was_suggested.replace('{target}', () => suggestedLabel) }}</span>
          <span v-else class="soft" :title="column.reason">{{ column.reason }}</span>
        </div>
      </div>
      <div class="column-acts">
        <button type="button" class="quiet" :class="{ used: steps.length }" :disabled="!target" :aria-label="of(texts.steps)" :title="of(texts.steps)" @click="$emit('steps', column.name)">
          <span class="q-icon material-icons" aria-hidden="true">auto_fix_high</span><span v-if="steps.length" class="count">{{ steps.length }}</span></button>
        <button v-if="by" type="button" class="quiet" :aria-label="of(texts.to_suggestion)" :title="of(texts.to_suggestion)" @click="$emit('suggested', column.name)">
          <span class="q-icon material-icons" aria-hidden="true">settings_backup_restore</span></button>
        <button type="button" class="quiet review" :aria-pressed="reviewed" :aria-label="of(texts.accept)" :title="reviewed ? texts.accepted : texts.accept_this" @click="$emit('review', column.name, !reviewed)">
          <span class="q-icon material-icons" aria-hidden="true">{{ reviewed ? 'check_circle' : 'radio_button_unchecked' }}</span></button>
      </div>
      <ul v-if="problems.length" class="problems small" :id="'problems-' + place">
        <li v-for="(problem, number) in problems" :key="number" :class="problem.level">
          <span class="q-icon material-icons" aria-hidden="true">{{ problem.level === 'error' ? 'error' : problem.level === 'warning' ? 'warning' : 'info' }}</span>
          <span><span class="unseen">{{ texts['level_' + problem.level] }}: </span>{{ problem.message }} <span class="remedy">{{ problem.suggestion }}</span></span></li>
      </ul>
    </li>`,
  computed: {
    newField: () => NEW_FIELD,
    samples() {
      return this.column.samples.slice(0, MOST_SAMPLES);
    },
    filled() {
      return this.column.rows ? Math.round((100 * this.column.filled) / this.column.rows) : 0;
    },
    facts() {
      return fill(this.texts.facts, { filled: this.filled, distinct: this.column.distinct.toLocaleString(this.language) });
    },
    label() {
      return fill(this.texts.target_of, { column: this.column.name });
    },
    kind() {
      const levels = this.problems.map((problem) => problem.level);
      return levels.includes("error") ? "bad" : levels.includes("warning") ? "warn" : "";
    },
    shown() {
      if (!this.target) return this.texts.skip;
      if (this.target === "sku" || this.target === "name") return `${this.target} — ${this.texts[this.target]}`;
      return this.field ? `${this.field.label} (${this.types[this.field.type]})` : this.target;
    },
    source() {
      return this.by ? "you" : this.column.provenance;
    },
    percent() {
      return this.by || ["none", "new"].includes(this.source) ? null : Math.round(100 * this.column.score);
    },
    tone() {
      if (this.by || this.source === "none") return "";
      if (this.source === "new") return "info";
      return this.column.score >= 0.9 ? "good" : this.column.score >= 0.7 ? "info" : "warn";
    },
    suggestedLabel() {
      return this.column.target ?? this.texts.skip;
    },
  },
  methods: {
    of(text) {
      return fill(text, { column: this.column.name });
    },
    // hundreds of columns times hundreds of fields are too many options to draw before somebody looks
    open() {
      this.options = this.choices();
    },
    close(event) {
      if (document.activeElement !== event.target) this.options = null;
    },
    chosen(event) {
      const value = event.target.value;
      this.$emit("map", this.column.name, value || null);
      this.$nextTick(() => document.activeElement === event.target && this.open());
      this.$nextTick(() => (event.target.value = this.target ?? "")); // the choice “new field” became one
    },
    dragged(event) {
      if (!event.dataTransfer.types.includes("application/x-segops-field")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      this.over = true;
    },
    dropped(event) {
      this.over = false;
      const key = event.dataTransfer.getData("application/x-segops-field");
      if (key) this.$emit("map", this.column.name, key);
    },
  },
};
