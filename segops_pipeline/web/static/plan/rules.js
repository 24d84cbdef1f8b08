// The rules of an import as choices, each said plainly. A choice that is changed is planned again at once.
const CHOICES = {
  policy: ["overwrite", "merge", "fill", "replace"],
  empty: ["", "keep", "clear"],
  mode: ["both", "create", "update"],
  validation: ["lenient", "strict", "none"],
  conflict: ["review", "keep", "new", "newer"],
  absent: ["nothing", "deactivate", "delete"],
};
const ORDER = ["policy", "empty", "mode", "match", "validation", "conflict", "absent"];

export default {
  props: ["rules", "texts", "busy"],
  emits: ["rules"],
  data: () => ({ chosen: null, matching: false, keys: [] }),
  template: `
    <section v-if="chosen" class="card rules" aria-labelledby="plan-rules">
      <h2 id="plan-rules">{{ texts.rules_title }}</h2>
      <p class="soft small">{{ texts.rules_why }}</p>
      <div v-for="name in shown" :key="name" class="rule">
        <template v-if="name !== 'match'">
          <label :for="'rule-' + name">{{ texts['rule_' + name] }}</label>
          <select :id="'rule-' + name" v-model="chosen[name]" :disabled="busy" :aria-describedby="'about-' + name" @change="changed(name)">
            <option v-for="choice in choices[name]" :key="choice" :value="choice">{{ texts['rule_' + name + '_' + (choice || 'policy')] }}</option>
          </select>
          <p :id="'about-' + name" class="soft small">{{ texts['about_' + name + '_' + (chosen[name] || 'policy')] }}</p>
          <template v-if="name === 'conflict' && chosen.conflict === 'newer'">
            <label for="rule-dated">{{ texts.rule_dated_by }}</label>
            <select id="rule-dated" v-model="chosen.dated_by" :disabled="busy" @change="changed('dated_by')">
              <option value="" disabled>{{ texts.choose_column }}</option>
              <option v-for="header in rules.headers" :key="header" :value="header">{{ header }}</option>
            </select>
          </template>
        </template>
        <template v-else>
          <label for="rule-match">{{ texts.rule_match }}</label>
          <select id="rule-match" :value="matching ? 'fields' : 'sku'" :disabled="busy" aria-describedby="about-match" @change="match($event.target.value)">
            <option value="sku">{{ texts.rule_match_sku }}</option><option value="fields" :disabled="!rules.fields.length">{{ texts.rule_match_fields }}</option>
          </select>
          <p id="about-match" class="soft small">{{ matching ? texts.about_match_fields : texts.about_match_sku }}</p>
          <fieldset v-if="matching" class="match-fields"><legend class="unseen">{{ texts.rule_match_fields }}</legend>
            <label v-for="field in rules.fields" :key="field.key"><input type="checkbox" :value="field.key" v-model="keys" :disabled="busy"> {{ field.label }}</label>
            <button type="button" :disabled="busy || !keys.length" @click="useKeys">{{ texts.use_fields }}</button>
          </fieldset>
        </template>
      </div>
      <p v-if="rules.of_fields" class="soft small">{{ texts.rules_of_fields }}</p>
    </section>`,
  created() {
    this.choices = CHOICES;
  },
  computed: {
    shown() {
      return ORDER.filter((name) => !this.rules.only || this.rules.only.includes(name));
    },
  },
  watch: {
    rules: {
      immediate: true,
      handler(rules) {
        this.chosen = rules && { ...rules };
        this.matching = !!rules && rules.match.join() !== "sku";
        this.keys = this.matching ? [...rules.match] : [];
      },
    },
  },
  methods: {
    changed(name) {
      if (name === "conflict" && this.chosen.conflict === "newer" && !this.chosen.dated_by) return; // the column is asked for
      if (this.chosen.conflict !== "newer") this.chosen.dated_by = "";
      this.send();
    },
    match(kind) {
      this.matching = kind === "fields";
      if (!this.matching) {
        this.chosen.match = ["sku"];
        this.send();
      }
    },
    useKeys() {
      this.chosen.match = [...this.keys];
      this.send();
    },
    send() {
      const { policy, empty, mode, match, validation, conflict, dated_by, absent } = this.chosen;
      this.$emit("rules", { policy, empty, mode, match, validation, conflict: conflict === "review" ? "" : conflict, dated_by, absent: absent === "nothing" ? "" : absent });
    },
  },
};
