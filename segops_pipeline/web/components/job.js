// One import: where it stands (pushed by the server while it moves), what happened, what was wrong, what became of rows.
const KINDS = { done: "good", failed: "bad", mapping: "warn", pending: "info", importing: "info" };
const COUNTS = ["created", "updated", "unchanged", "conflicts", "rejected", "skipped"];
const SHOWN = 50;

export default {
  props: ["id", "texts", "maywrite", "locale", "dagster"],
  data: () => ({
    job: null, timeline: [], causes: [], conflicts: [], results: null, count: 0, page: 1, outcome: "", failed: "", notice: "",
    preview: null, busy: false, source: null, edited: {}, timer: null,
  }),
  template: `
    <div class="history one">
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p v-if="!job && !failed" class="soft">{{ texts.loading }}</p>
      <template v-if="job">
        <section class="card">
          <div class="what actions">
            <span :class="['badge', kind]" data-testid="state">{{ texts[job.status] }}</span>
            <span v-if="job.reason">{{ reason(job.reason) }}</span>
            <span v-if="job.undone_by" class="badge">{{ texts.undone }}</span>
            <a v-if="job.undoes" :href="'/pim/imports/' + job.undoes">{{ texts.undoes }}</a>
            <a v-if="job.undone_by" :href="'/pim/imports/' + job.undone_by">{{ texts.undone_by }}</a>
          </div>
          <p v-if="job.error" class="notice bad" role="alert"><b>{{ job.error.message }}</b> {{ job.error.remedy }}</p>
          <ul v-if="job.held.length" class="notice bad"><li v-for="guard in job.held" :key="guard.guard">{{ guard.message }}</li></ul>
          <div v-if="moving" class="progress">
            <progress :max="1" :value="job.progress.share ?? undefined" :aria-label="texts.progress"></progress>
            <span class="soft">{{ pace }}</span>
          </div>
          <ul v-if="job.counts.rows" class="tiles" :aria-label="texts.rows">
            <li><b>{{ number(job.counts.rows) }}</b> {{ texts.rows }} <span aria-hidden="true">=</span></li>
            <li v-for="name in counts" :key="name" :class="name"><b>{{ number(job.counts[name]) }}</b> {{ texts[name] }}</li>
          </ul>
          <p v-if="job.deleted || job.deactivated">{{ texts.absent.replace('{deleted}', number(job.deleted)).replace('{deactivated}', number(job.deactivated)) }}</p>
          <div class="actions">
            <a v-if="maywrite && job.status === 'mapping' && job.kind === 'import'" class="button main" :href="'/pim/import?job=' + id">{{ texts.resume }}</a>
            <button v-if="maywrite && (active || job.status === 'mapping')" type="button" :disabled="busy" @click="act('cancel')">{{ texts.cancel }}</button>
            <button v-if="maywrite && job.status === 'failed'" type="button" :disabled="busy" @click="act('retry')">{{ texts.retry }}</button>
            <button v-if="maywrite && undoable" type="button" :disabled="busy" @click="ask">{{ texts.undo }}</button>
            <a v-if="job.has_original" class="button" :href="api('original/')" download>{{ texts.original }}</a>
            <a v-if="job.counts.rows" class="button" :href="api('plan/diff/')" download>{{ texts.plan }}</a>
            <a v-if="dagster" class="button" :href="dagster" target="_blank" rel="noopener">{{ texts.dagster }}</a>
          </div>
          <dl class="facts">
            <template v-for="[name, value] in facts" :key="name"><dt>{{ name }}</dt><dd>{{ value }}</dd></template>
          </dl>
        </section>

        <section v-if="conflicts.length" class="card" id="conflicts">
          <h2>{{ texts.conflicts_title }}</h2>
          <p class="soft">{{ texts.conflicts_hint }}</p>
          <div class="scroll"><table class="plain"><caption class="unseen">{{ texts.conflicts_title }}</caption>
            <thead><tr><th scope="col">SKU</th><th scope="col">{{ texts.field }}</th><th scope="col">{{ texts.product_has }}</th><th scope="col">{{ texts.file_has }}</th><th scope="col"></th></tr></thead>
            <tbody v-for="conflict in conflicts" :key="conflict.id">
              <tr v-for="(values, field, place) in conflict.fields" :key="field">
                <td>{{ place ? '' : conflict.sku }}</td><td>{{ field }}</td><td>{{ show(values.product_now) }}</td><td>{{ show(values.file_now) }}</td>
                <td><div v-if="!place && maywrite" class="actions">
                  <button type="button" @click="resolve(conflict, 'accept')">{{ texts.take_file }}</button>
                  <button type="button" @click="resolve(conflict, 'reject')">{{ texts.keep_product }}</button></div></td>
              </tr></tbody></table></div>
        </section>

        <section v-if="causes.length" class="card" id="issues">
          <h2>{{ texts.issues }}</h2>
          <details v-for="(cause, place) in causes" :key="place" class="cause" :open="place === 0">
            <summary><span :class="['badge', level(cause.level)]">{{ texts['level_' + cause.level] }}</span>
              &nbsp;<b>{{ number(cause.count) }}×</b> {{ cause.column ? cause.column + ': ' : '' }}{{ cause.message }}</summary>
            <p v-if="cause.suggestion">{{ cause.suggestion }}</p>
            <p class="soft" v-if="cause.lines.length">{{ texts.lines }}: {{ cause.lines.join(', ') }}<template v-if="cause.values.length"> · {{ texts.values }}: <code v-for="value in cause.values" :key="value">{{ value }}</code></template></p>
          </details>
          <div v-if="job.counts.rejected" class="actions">
            <a class="button" :href="api('errors.csv')" download>{{ texts.errors }} (CSV)</a>
            <a class="button" :href="api('errors.xlsx')" download>{{ texts.errors }} (XLSX)</a>
            <label v-if="maywrite && !job.undone_by" class="button">{{ texts.correct }}<input type="file" class="unseen" @change="correct" /></label>
          </div>
        </section>

        <section v-if="job.has_results" class="card" id="results">
          <h2>{{ texts.results }}</h2>
          <label>{{ texts.outcome }} <select v-model="outcome" @change="show_results(1)"><option value="">{{ texts.all }}</option>
            <option v-for="name in counts" :key="name" :value="name">{{ texts[name] }}</option></select></label>
          <div class="scroll"><table class="plain"><caption class="unseen">{{ texts.results }}</caption>
            <thead><tr><th scope="col" class="number">{{ texts.line }}</th><th scope="col">SKU</th><th scope="col">{{ texts.outcome }}</th><th scope="col">{{ texts.why }}</th></tr></thead>
            <tbody><tr v-for="(row, place) in results ?? []" :key="place">
              <td class="number">{{ row.line }}</td><td><a v-if="row.key && !['rejected', 'skipped'].includes(row.outcome)" :href="'/pim/products/by-sku/' + encodeURIComponent(row.key)">{{ row.key }}</a><template v-else>{{ row.key }}</template></td>
              <td>{{ texts[row.outcome] ?? row.outcome }}</td><td>{{ why(row) }}</td></tr></tbody></table></div>
          <div v-if="count > shown" class="pages actions">
            <button type="button" :disabled="page === 1" @click="show_results(page - 1)">{{ texts.before }}</button>
            <span>{{ texts.page.replace('{page}', page).replace('{last}', Math.ceil(count / shown)) }}</span>
            <button type="button" :disabled="page * shown >= count" @click="show_results(page + 1)">{{ texts.next }}</button>
          </div>
        </section>

        <section class="card"><h2>{{ texts.timeline }}</h2>
          <ol class="timeline"><li v-for="(moment, place) in timeline" :key="place">
            <time :datetime="moment.at">{{ time(moment.at) }}</time> <b>{{ texts[moment.status] ?? moment.status }}</b>
            <span class="soft"> {{ moment.reason ? reason(moment.reason) : '' }} <template v-if="moment.seconds">{{ seconds(moment.seconds) }}</template></span></li></ol>
        </section>
      </template>
      <dialog ref="dialog" aria-labelledby="undo-title">
        <form method="dialog" @submit="act('undo')">
          <h2 id="undo-title">{{ texts.undo_title }}</h2>
          <p>{{ preview ?? texts.loading }}</p>
          <div class="actions"><button type="submit" class="main" :disabled="preview === null">{{ texts.undo_now }}</button>
            <button type="button" @click="$refs.dialog.close()">{{ texts.keep }}</button></div>
        </form>
      </dialog>
    </div>`,
  computed: {
    counts: () => COUNTS,
    shown: () => SHOWN,
    kind() {
      return KINDS[this.job.status];
    },
    active() {
      return ["pending", "importing"].includes(this.job.status);
    },
    moving() {
      return this.active || this.job.reason === "reading";
    },
    undoable() {
      const { counts, deleted, deactivated } = this.job;
      return this.job.status === "done" && !this.job.undone_by && (counts.created || counts.updated || deleted || deactivated);
    },
    pace() {
      const { stage, done, total, per_second, seconds_left } = this.job.progress;
      if (!stage) return "";
      const words = [`${this.texts["stage_" + stage] ?? stage}: ${this.number(done ?? 0)}${total ? " / " + this.number(total) : ""}`];
      if (per_second) words.push(this.texts.rate.replace("{rate}", this.number(Math.round(per_second))));
      if (seconds_left !== null) words.push(this.texts.left.replace("{seconds}", this.number(Math.ceil(seconds_left))));
      return words.join(" · ");
    },
    facts() {
      const { texts, job } = this;
      const between = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe" };
      const { kind, encoding, sheet, delimiter } = job.dialect ?? {};
      const layout = [kind, encoding, sheet ?? texts["delimiter_" + between[delimiter]] ?? delimiter].filter(Boolean).join(", ");
      return [
        [texts.source, job.source], [texts.user, job.user], [texts.started, this.time(job.created_at)],
        [texts.finished, job.finished_at && this.time(job.finished_at)], [texts.layout, layout],
        [texts.size, job.size_bytes && this.number(job.size_bytes) + " B"], [texts.policy, job.policy], [texts.template, job.template],
        [texts.took, Object.entries(job.seconds).filter(([stage]) => stage !== "staging").map(([stage, took]) => `${this.texts["stage_" + stage] ?? stage} ${this.seconds(took)}`).join(" · ")],
      ].filter(([, value]) => value);
    },
  },
  mounted() {
    this.load();
  },
  unmounted() {
    this.source?.close();
    clearTimeout(this.timer);
  },
  methods: {
    api(what) {
      return `/api/pim/import/${encodeURIComponent(this.id)}/${what}`;
    },
    number(value) {
      return new Intl.NumberFormat(this.locale).format(value ?? 0);
    },
    seconds(value) {
      return new Intl.NumberFormat(this.locale, { maximumFractionDigits: 1 }).format(value) + " s";
    },
    time(value) {
      return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(value));
    },
    level: (name) => ({ error: "bad", warning: "warn", info: "info" })[name],
    show(value) {
      return value === null || value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
    },
    // the code of a reason in words, as the issues tell them
    why(row) {
      const cause = this.causes.find((one) => one.code === row.reason && one.lines.includes(row.line)) ?? this.causes.find((one) => one.code === row.reason);
      return cause?.lines.includes(row.line) ? `${cause.column ? cause.column + ": " : ""}${cause.message}` : row.reason;
    },
    reason(words) {
      return this.texts["reason_" + words.replaceAll(" ", "_")] ?? words;
    },
    async fetch(what) {
      const answer = await segops.get(this.api(what));
      if (!answer.ok) throw new Error((await segops.error(answer)).message);
      return answer.json();
    },
    async load() {
      try {
        this.job = await this.fetch("");
        this.timeline = (await this.fetch("timeline/")) ?? [];
        this.causes = (await this.fetch("causes/")).results;
        if (this.job.counts.conflicts) await this.load_conflicts();
        if (this.job.has_results) await this.show_results(1);
        if (this.moving) this.listen();
      } catch (error) {
        this.failed = error.message;
      }
    },
    // the server pushes while the job moves; where that breaks off, we ask again
    listen() {
      if (this.source) return;
      this.source = new EventSource(this.api("events/"));
      this.source.addEventListener("state", (event) => Object.assign(this.job, JSON.parse(event.data)));
      const end = () => {
        this.source?.close();
        this.source = null;
        clearTimeout(this.timer);
        this.timer = setTimeout(this.load, 800);
      };
      this.source.addEventListener("end", end);
      this.source.addEventListener("error", end);
    },
    async load_conflicts() {
      const answer = await segops.get(`/api/pim/conflicts/?job_id=${encodeURIComponent(this.id)}`);
      this.conflicts = answer.ok ? (await answer.json()).results : [];
    },
    async show_results(page) {
      this.page = page;
      const query = new URLSearchParams({ page, page_size: SHOWN, ...(this.outcome ? { outcome: this.outcome } : {}) });
      const told = await this.fetch("results/?" + query);
      [this.results, this.count] = [told.results, told.count];
    },
    async told(answer, words) {
      [this.failed, this.notice] = ["", ""];
      if (answer.ok) this.notice = words;
      else {
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
      }
      return answer.ok;
    },
    async act(name) {
      this.busy = true;
      const answer = await segops.post(this.api(name + "/"), {});
      this.busy = false;
      if (!(await this.told(answer, this.texts["did_" + name].replace("{file}", this.job.file)))) return;
      const done = await answer.json();
      if (name === "undo") location.assign("/pim/imports/" + done.job_id);
      else this.load();
    },
    async ask() {
      this.preview = null;
      this.$refs.dialog.showModal();
      const answer = await segops.get(this.api("undo/"));
      if (answer.ok) this.preview = (await answer.json()).words.join(" ");
      else {
        this.$refs.dialog.close();
        await this.told(answer, "");
      }
    },
    async resolve(conflict, how) {
      const answer = await segops.post("/api/pim/conflicts/resolve/", { answer: how, ids: [conflict.id] });
      if (await this.told(answer, this.texts["did_" + how])) this.load();
    },
    async correct(event) {
      const body = new FormData();
      body.append("file", event.target.files[0]);
      event.target.value = "";
      if (await this.told(await segops.post(this.api("correct/"), body), this.texts.did_correct)) this.load();
    },
  },
};
