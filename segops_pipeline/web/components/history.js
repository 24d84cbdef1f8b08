// The list of imports: it asks the API again every three seconds while one of them is on its way, and not otherwise.
const ACTIVE = ["pending", "importing"];
const POLL_MILLISECONDS = 3000;
const KINDS = { done: "good", failed: "bad", mapping: "warn", pending: "info", importing: "info" };
const COUNTS = ["created", "updated", "unchanged", "conflicts", "rejected", "skipped"];

export default {
  props: ["texts", "sources", "maywrite", "locale", "pagesize"],
  data: () => ({
    jobs: null, count: 0, page: 1, status: "", source: "", file: "", failed: "", notice: "", undoing: null, preview: null,
    busy: {}, seen: {}, timer: null, etag: null,
  }),
  template: `
    <div class="history">
      <form class="filters" role="search" @submit.prevent="find">
        <label>{{ texts.status }}
          <select v-model="status" @change="find"><option value="">{{ texts.all }}</option>
            <option v-for="name in ['mapping', 'pending', 'importing', 'done', 'failed']" :key="name" :value="name">{{ texts[name] }}</option>
          </select></label>
        <label>{{ texts.source }}
          <select v-model="source" @change="find"><option value="">{{ texts.all }}</option>
            <option v-for="name in sources" :key="name">{{ name }}</option></select></label>
        <label class="grow">{{ texts.file }} <input type="search" v-model.trim="file" :placeholder="texts.file_hint" /></label>
        <button type="submit">{{ texts.find }}</button>
        <a v-if="maywrite" class="button main" href="/pim/import">{{ texts.import }}</a>
      </form>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }} <button type="button" @click="load">{{ texts.again }}</button></p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p class="unseen" role="status" aria-live="polite">{{ spoken }}</p>
      <p v-if="jobs === null && !failed" class="soft">{{ texts.loading }}</p>
      <div v-else-if="jobs && !jobs.length" class="empty">
        <span class="q-icon material-icons" aria-hidden="true">history</span>
        <p>{{ filtered ? texts.none_found : texts.none }}</p>
        <a v-if="maywrite && !filtered" class="button main" href="/pim/import">{{ texts.import }}</a>
      </div>
      <ul v-else class="jobs">
        <li v-for="job in jobs" :key="job.job_id" class="card job" :data-job="job.job_id" :data-status="job.status">
          <div class="what">
            <a class="name" :href="'/pim/imports/' + job.job_id">{{ title(job) }}</a>
            <span :class="['badge', kind(job)]">{{ texts[job.status] }}</span>
            <span v-if="job.reason && job.status !== 'done'" class="soft">{{ reason(job) }}</span>
            <span v-if="job.undone_by" class="badge">{{ texts.undone }}</span>
          </div>
          <div class="soft when">
            <time :datetime="job.created_at">{{ time(job.created_at) }}</time> · {{ job.source }} · {{ job.user }}
          </div>
          <div v-if="moving(job)" class="progress">
            <progress :max="1" :value="share(job)" :aria-label="texts.progress + ', ' + title(job)"></progress>
            <span class="soft">{{ pace(job) }}</span>
          </div>
          <ul v-if="job.counts.rows" class="counts" :aria-label="texts.rows">
            <li><b>{{ number(job.counts.rows) }}</b> {{ texts.rows }}</li>
            <li v-for="name in counts.filter((one) => job.counts[one])" :key="name" :class="name"><b>{{ number(job.counts[name]) }}</b> {{ texts[name] }}</li>
          </ul>
          <div class="actions">
            <a v-if="maywrite && job.status === 'mapping' && job.kind !== 'undo' && job.kind !== 'redo'" class="button main" :href="'/pim/import?job=' + job.job_id">{{ texts.resume }}</a>
            <button v-if="maywrite && (active(job) || job.status === 'mapping')" type="button" :disabled="busy[job.job_id]" @click="act(job, 'cancel')">{{ texts.cancel }}</button>
            <button v-if="maywrite && job.status === 'failed'" type="button" :disabled="busy[job.job_id]" @click="act(job, 'retry')">{{ texts.retry }}</button>
            <button v-if="maywrite && undoable(job)" type="button" :disabled="busy[job.job_id]" @click="ask(job)">{{ texts.undo }}</button>
            <a v-if="job.counts.rejected" class="button" :href="api(job, 'errors.csv')" download>{{ texts.errors }}</a>
            <details class="files"><summary class="button quiet">{{ texts.files }}</summary>
              <a v-if="job.has_original" :href="api(job, 'original/')" download>{{ texts.original }}</a>
              <a :href="api(job, 'plan/diff/')" download>{{ texts.plan }}</a>
            </details>
          </div>
        </li>
      </ul>
      <nav v-if="count > pagesize" class="pages actions" :aria-label="texts.pages">
        <button type="button" :disabled="page === 1" @click="turn(-1)">{{ texts.newer }}</button>
        <span>{{ texts.page.replace('{page}', page).replace('{last}', last) }}</span>
        <button type="button" :disabled="page >= last" @click="turn(1)">{{ texts.older }}</button>
      </nav>
      <dialog ref="dialog" aria-labelledby="undo-title" @close="undoing = null">
        <form v-if="undoing" method="dialog" @submit="undo(undoing)">
          <h2 id="undo-title">{{ texts.undo_title }}</h2>
          <p>{{ title(undoing) }}</p>
          <p v-if="preview === null">{{ texts.loading }}</p>
          <p v-else>{{ preview }}</p>
          <div class="actions">
            <button type="submit" class="main" :disabled="preview === null">{{ texts.undo_now }}</button>
            <button type="button" @click="$refs.dialog.close()">{{ texts.keep }}</button>
          </div>
        </form>
      </dialog>
    </div>`,
  computed: {
    counts: () => COUNTS,
    last() {
      return Math.max(1, Math.ceil(this.count / this.pagesize));
    },
    filtered() {
      return Boolean(this.status || this.source || this.file);
    },
    spoken() {
      const active = (this.jobs ?? []).filter(this.active);
      return active.map((job) => `${this.title(job)}: ${this.texts[job.status]} ${this.pace(job)}`).join(". ");
    },
  },
  mounted() {
    const query = new URLSearchParams(location.search);
    this.status = query.get("status") ?? "";
    this.source = query.get("source") ?? "";
    this.file = query.get("file") ?? "";
    this.page = Number(query.get("page")) || 1;
    document.addEventListener("visibilitychange", this.woken);
    this.load();
  },
  unmounted() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.woken);
  },
  methods: {
    active: (job) => ACTIVE.includes(job.status),
    kind: (job) => KINDS[job.status],
    api: (job, what) => `/api/pim/import/${encodeURIComponent(job.job_id)}/${what}`,
    number(value) {
      return new Intl.NumberFormat(this.locale).format(value);
    },
    time(value) {
      return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
    },
    title(job) {
      return job.kind === "undo" || job.kind === "redo" ? this.texts[job.kind + "_of"].replace("{file}", job.file) : job.file;
    },
    reason(job) {
      return this.texts["reason_" + job.reason.replaceAll(" ", "_")] ?? job.reason;
    },
    moving(job) {
      return this.active(job) || job.reason === "reading";
    },
    undoable(job) {
      return job.status === "done" && !job.undone_by && (job.counts.created || job.counts.updated || job.deleted || job.deactivated);
    },
    share(job) {
      const { done, total } = job.progress;
      return total ? Math.min(1, done / total) : undefined;
    },
    // "Planning: 40,000 of 100,000 · 21,000 rows a second · 3 s left", from this answer and the one before
    pace(job) {
      const { stage, done, total } = job.progress;
      if (!this.active(job) || !stage) return "";
      const words = [`${this.texts["stage_" + stage] ?? stage}: ${this.number(done ?? 0)}${total ? " / " + this.number(total) : ""}`];
      const rate = job.progress.per_second ?? this.seen[job.job_id]?.rate;
      if (rate > 0) {
        words.push(this.texts.rate.replace("{rate}", this.number(Math.round(rate))));
        const left = job.progress.seconds_left ?? (total ? (total - done) / rate : null);
        if (left !== null) words.push(this.texts.left.replace("{seconds}", this.number(Math.ceil(left))));
      }
      return words.join(" · ");
    },
    async load() {
      clearTimeout(this.timer);
      const query = new URLSearchParams({ page: this.page, page_size: this.pagesize });
      for (const name of ["status", "source", "file"]) if (this[name]) query.set(name, this[name]);
      try {
        const answer = await segops.get("/api/pim/imports/?" + query, this.etag ? { "If-None-Match": this.etag } : {});
        if (answer.status === 401) return location.assign("/login?next=" + encodeURIComponent(location.pathname));
        if (answer.status !== 304) {
          if (!answer.ok) throw new Error((await segops.error(answer)).message);
          this.etag = answer.headers.get("ETag");
          const told = await answer.json();
          this.note(told.results);
          [this.jobs, this.count] = [told.results, told.count];
        }
        this.failed = "";
      } catch (error) {
        this.failed = error instanceof TypeError ? this.texts.away : error.message;
      }
      this.schedule();
    },
    schedule() {
      const wanted = this.failed || (this.jobs ?? []).some(this.moving);
      if (wanted && !document.hidden) this.timer = setTimeout(this.load, POLL_MILLISECONDS);
    },
    woken() {
      if (!document.hidden) this.load();
    },
    // the rate of each job, from how far it was when we asked last
    note(jobs) {
      const now = performance.now();
      for (const job of jobs.filter(this.active)) {
        const { stage, done } = job.progress;
        const before = this.seen[job.job_id];
        const same = before && before.stage === stage;
        const rate = same && done > before.done ? ((done - before.done) / (now - before.at)) * 1000 : before?.rate;
        if (!same || done !== before.done) this.seen[job.job_id] = { stage, done, at: now, rate: same ? rate : undefined };
      }
    },
    find() {
      this.page = 1;
      this.show();
    },
    turn(by) {
      this.page += by;
      this.show();
    },
    show() {
      this.etag = null;
      const query = new URLSearchParams();
      for (const name of ["status", "source", "file"]) if (this[name]) query.set(name, this[name]);
      if (this.page > 1) query.set("page", this.page);
      history.replaceState(null, "", location.pathname + (query.size ? "?" + query : ""));
      this.load();
    },
    async act(job, act) {
      this.busy[job.job_id] = true;
      const answer = await segops.post(this.api(job, act + "/"), {});
      this.busy[job.job_id] = false;
      this.notice = "";
      if (answer.ok) this.notice = this.texts["did_" + act].replace("{file}", this.title(job));
      else {
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
        return;
      }
      this.etag = null;
      this.load();
    },
    async ask(job) {
      [this.undoing, this.preview] = [job, null];
      await this.$nextTick();
      this.$refs.dialog.showModal();
      const answer = await segops.get(this.api(job, "undo/"));
      if (!answer.ok) {
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
        this.$refs.dialog.close();
        return;
      }
      const told = await answer.json();
      this.preview = told.words.join(" ");
    },
    undo(job) {
      this.act(job, "undo");
    },
  },
};
