// A file that cannot be read: what is wrong, where, what to do, and how else to read it.
import Dialect from "/static/wizard/dialect.js";

export default {
  components: { Dialect },
  props: ["error", "file", "dialect", "texts"],
  emits: ["reread"],
  data: () => ({ busy: false }),
  template: `
    <section class="card unreadable" aria-labelledby="unreadable-title">
      <h2 id="unreadable-title"><span class="q-icon material-icons" aria-hidden="true">error</span> {{ texts.unreadable }} <bdi>{{ error.file ?? file }}</bdi></h2>
      <div class="notice bad" role="alert"><strong>{{ error.message }}</strong> {{ error.remedy }}
        <span v-if="error.line" class="place">{{ texts.line }} {{ error.line }}<template v-if="error.column">, {{ error.column }}</template></span></div>
      <p class="soft">{{ texts.read_as }}</p>
      <dialect :dialect="dialect" :texts="texts" :busy="busy" @choose="choose"></dialect>
      <progress v-if="busy" :aria-label="texts.reading"></progress>
      <p class="actions"><a class="button main" href="/pim/import">{{ texts.other_file }}</a>
        <button type="button" :disabled="busy" @click="choose(dialect.chosen)">{{ texts.again }}</button></p>
    </section>`,
  methods: {
    choose(choice) {
      this.busy = true;
      this.$emit("reread", choice);
    },
  },
};
