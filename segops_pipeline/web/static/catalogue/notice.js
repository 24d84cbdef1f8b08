// The import that somebody has just confirmed: it runs on, and the catalogue follows when it is done.
const ASK_MILLISECONDS = 1500;

export const ImportNotice = {
  props: ["id", "texts", "locale"],
  emits: ["done", "closed"],
  data: () => ({ job: null, timer: null }),
  template: `
    <div v-if="job" :class="['notice', 'imported', kind]" role="status" data-testid="imported">
      <span>{{ told }} <a :href="'/pim/imports/' + encodeURIComponent(id)">{{ texts.to_import }}</a></span>
      <progress v-if="moving" :max="1" :value="job.progress.share ?? undefined" :aria-label="texts.import_progress"></progress>
      <button v-else type="button" class="quiet" :aria-label="texts.close" @click="$emit('closed')"><span aria-hidden="true">×</span></button></div>`,
  computed: {
    moving() {
      return ["pending", "importing"].includes(this.job.status);
    },
    kind() {
      return { failed: "bad", done: "good", mapping: "warn" }[this.job.status] ?? "";
    },
    told() {
      const { status, counts, error } = this.job;
      const number = (value) => new Intl.NumberFormat(this.locale).format(value);
      if (status === "done") return ["created", "updated", "rejected"].reduce((said, name) => said.replace(`{${name}}`, number(counts[name])), this.texts.import_done);
      if (status === "failed") return error?.message ?? this.texts.import_failed;
      return this.moving ? this.texts.import_runs : this.texts.import_waits;
    },
  },
  mounted() {
    this.follow();
  },
  unmounted() {
    clearTimeout(this.timer);
  },
  methods: {
    async follow() {
      const answer = await segops.look(`/api/pim/import/${encodeURIComponent(this.id)}/`);
      if (answer.status === 429 || answer.status >= 500) {
        this.timer = setTimeout(this.follow, 2 * ASK_MILLISECONDS); // the server is away, or busy; it comes back
        return;
      }
      if (!answer.ok) return this.$emit("closed"); // there is no such import here
      this.job = await answer.json();
      if (this.moving) this.timer = setTimeout(this.follow, ASK_MILLISECONDS);
      else if (this.job.status === "done") this.$emit("done");
    },
  },
};
