// One field: its name, type, whether it is required, and the columns that go to it; it can be dragged onto a column.
import { fill } from "/static/wizard/problems.js";

export function drag(event, key) {
  event.dataTransfer.setData("text/plain", key);
  event.dataTransfer.setData("application/x-segops-field", key);
  event.dataTransfer.effectAllowed = "copy";
}

export default {
  props: ["field", "from", "isExisting", "problem", "texts", "types"],
  emits: ["change", "rename", "remove"],
  template: `
    <li class="field" draggable="true" @dragstart="drag($event, field.key)">
      <span class="q-icon material-icons grip" aria-hidden="true">drag_indicator</span>
      <span class="field-name">
        <span v-if="isExisting" class="label" :title="field.key"><bdi>{{ field.label }}</bdi></span>
        <input v-else type="text" :value="field.label" maxlength="63" :title="field.label" :aria-label="of(texts.field_name)" @change="rename($event.target)">
        <span v-if="problem" class="small warned">{{ problem }}</span>
      </span>
      <select :value="field.type" :aria-label="of(texts.field_type)" @change="$emit('change', { type: $event.target.value })">
        <option v-for="(label, type) in types" :key="type" :value="type">{{ label }}</option>
      </select>
      <button type="button" class="quiet" :aria-label="of(texts.field_remove)" :title="isExisting ? texts.remove_existing : texts.remove_new" @click="$emit('remove')">
        <span class="q-icon material-icons" aria-hidden="true">close</span></button>
      <span class="soft small field-columns">
          <template v-if="from">← <bdi>{{ from }}</bdi></template>
          <template v-else>{{ texts.no_column }}</template>
      </span>
      <label class="check small"><input type="checkbox" :checked="field.required" :aria-label="of(texts.field_required)"
        @change="$emit('change', { required: $event.target.checked })"> {{ texts.required }}</label>
    </li>`,
  methods: {
    drag,
    of(text) {
      return fill(text, { field: this.field.label });
    },
    rename(input) {
      const name = input.value.trim();
      if (name) this.$emit("rename", name);
      else input.value = this.field.label;
    },
  },
};
