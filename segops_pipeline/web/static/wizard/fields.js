// The fields that the import writes: their names, types, whether they are required, and the columns that go to them.
import FieldRow, { drag } from "/static/wizard/field.js";

const FIRST = 40; // as of the columns

export default {
  components: { FieldRow },
  props: ["fields", "others", "columns", "existing", "texts", "types", "icons", "problems"],
  emits: ["change", "rename", "remove", "add", "show"],
  data: () => ({ name: "", type: "text", trouble: "", drawn: FIRST }),
  template: `
    <section class="card fields" aria-labelledby="fields-title">
      <div class="panel-head"><h2 id="fields-title">{{ texts.fields }} <span class="count">{{ fields.length }}</span></h2></div>
      <p class="soft small">{{ texts.fields_help }}</p>
      <ul class="field-list">
        <field-row v-for="(field, place) in rows" :key="place" :field="field" :from="from[field.key]" :is-existing="!!existing[field.key]" :problem="problems[field.key]"
          :texts="texts" :types="types" @change="values => $emit('change', field.key, values)" @rename="name => $emit('rename', field.key, name)" @remove="$emit('remove', field.key)"></field-row>
      </ul>
      <p v-if="!fields.length" class="soft">{{ texts.no_fields }}</p>
      <form class="add-field" @submit.prevent="add">
        <label><span class="small soft">{{ texts.new_name }}</span><input type="text" v-model="name" maxlength="63" :aria-invalid="!!trouble" aria-describedby="add-trouble"></label>
        <label><span class="small soft">{{ texts.type }}</span><select v-model="type"><option v-for="(label, key) in types" :key="key" :value="key">{{ label }}</option></select></label>
        <button type="submit"><span class="q-icon material-icons" aria-hidden="true">add</span>{{ texts.add_field }}</button>
        <span id="add-trouble" class="small warned" role="status">{{ trouble }}</span>
      </form>
      <details v-if="others.length" class="others">
        <summary>{{ texts.others.replace("{count}", others.length) }}</summary>
        <ul class="chips">
          <li v-for="field in others" :key="field.key" class="chip" draggable="true" @dragstart="drag($event, field.key)">
            <span class="q-icon material-icons" aria-hidden="true">{{ icons[field.type] }}</span><bdi>{{ field.label }}</bdi>
            <span v-if="field.required" class="badge warn">{{ texts.required }}</span>
          </li>
        </ul>
      </details>
    </section>`,
  mounted() {
    requestAnimationFrame(() => setTimeout(() => (this.drawn = Infinity)));
  },
  computed: {
    rows() {
      return this.drawn < this.fields.length ? this.fields.slice(0, this.drawn) : this.fields;
    },
    from() {
      return Object.fromEntries(Object.entries(this.columns).map(([key, columns]) => [key, columns.join(", ")]));
    },
  },
  methods: {
    drag,
    add() {
      const name = this.name.trim();
      const taken = [...this.fields, ...this.others].some((field) => [field.label, field.key].includes(name));
      this.trouble = !name ? this.texts.name_missing : taken || ["sku", "name"].includes(name) ? this.texts.name_taken : "";
      if (this.trouble) return;
      this.$emit("add", name, this.type);
      this.name = "";
    },
  },
};
