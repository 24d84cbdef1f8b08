// The list of imports: it asks the API again every three seconds while one of them is on its way, and not otherwise.
const POLL_MILLISECONDS = 3000;
const FILTERS = ["status", "source", "user", "file"];

export default {
  props: ["texts", "sources", "me", "maywrite", "locale", "pagesize"],
  data: () => ({
    jobs: null, count: 0, page: 1, status: "", source: "", user: "", file: "", failed: "", refused: "", notice: "",
    undoing: null, preview: null, busy: {}, timer: null, etag: null, number_of_load: 0,
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
        <label>{{ texts.user }}
          <select v-model="user" @change="find"><option value="">{{ texts.all }}</option><option :value="me">{{ texts.mine }}</option>
            <option v-if="user && user !== me">{{ user }}</option></select></label>
        <label class="grow">{{ texts.file }} <input type="search" v-model.trim="file" :placeholder="texts.file_hint" @search="find" /></label>
        <button type="submit">{{ texts.find }}</button>
        <a v-if="maywrite" class="button main" href="/pim/import">{{ texts.import }}</a>
      </form>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }} <button type="button" @click="load">{{ texts.again }}</button></p>
      <p v-if="refused" class="notice bad" role="alert">{{ refused }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p class="unseen" role="status" aria-live="polite">{{ spoken }}</p>
      <p v-if="jobs === null" class="soft">{{ failed ? '' : texts.loading }}</p>
      <div v-else-if="!jobs.length" class="empty">
        <span class="q-icon material-icons" aria-hidden="true">history</span>
        <p>{{ filtered ? texts.none_found : texts.none }}</p>
        <a v-if="maywrite && !filtered" class="button main" href="/pim/import">{{ texts.import }}</a>
        <button v-if="filtered" type="button" @click="clear">{{ texts.clear }}</button>
      </div>
      <ul v-else class="jobs">
        <li v-for="job in jobs" :key="job.job_id" class="card job" :data-job="job.job_id" :data-status="job.status">
          <div class="what">
            <a class="name" :href="'/pim/imports/' + job.job_id">{{ title(job) }}</a>
            <span :class="['badge', kind(job)]">{{ state(job) }}</span>
            <a v-if="job.undone_by" class="badge" :href="'/pim/imports/' + job.undone_by">{{ texts.undone }}</a>
          </div>
          <div class="soft when">
            <time :datetime="job.created_at">{{ time(job.created_at) }}</time> · {{ job.source }} · {{ job.user }}
          </div>
          <p v-if="job.error || reason(job)" :class="['why', job.status === 'failed' && job.error ? 'bad' : 'soft']">{{ job.status === 'failed' && job.error ? job.error.message : reason(job) }}</p>
          <div v-if="moving(job)" class="progress">
            <progress :max="1" :value="job.progress.share ?? undefined" :aria-label="texts.progress + ', ' + title(job)"></progress>
            <span class="soft">{{ pace(job) }}</span>
          </div>
          <ul class="counts" :aria-label="texts.rows">
            <li v-if="job.counts.rows || job.total_rows"><b>{{ number(job.counts.rows || job.total_rows) }}</b> {{ texts.rows }}</li>
            <li v-for="name in counts.filter((one) => job.counts[one])" :key="name" :class="name"><b>{{ number(job.counts[name]) }}</b> {{ texts[name] }}</li>
            <li v-for="name in ['deleted', 'deactivated'].filter((one) => job[one])" :key="name"><b>{{ number(job[name]) }}</b> {{ texts[name] }}</li>
          </ul>
          <div class="actions">
            <a v-if="maywrite && jobs_of.isMapped(job)" class="button main" :href="'/pim/import?job=' + job.job_id">{{ texts.resume }}</a>
            <button v-if="maywrite && (moving(job) || job.status === 'mapping')" type="button" :disabled="busy[job.job_id]" @click="act(job, 'cancel')">{{ texts.cancel }}</button>
            <button v-if="maywrite && jobs_of.canRetry(job)" type="button" :disabled="busy[job.job_id]" @click="act(job, 'retry')">{{ texts.retry }}</button>
            <button v-if="maywrite && jobs_of.canUndo(job)" type="button" :disabled="busy[job.job_id]" @click="ask(job)">{{ job.kind === 'undo' ? texts.redo : texts.undo }}</button>
            <details v-if="jobs_of.hasErrors(job) || job.has_original || jobs_of.hasPlan(job)" class="menu"><summary class="button">{{ texts.files }}</summary>
              <div class="card">
                <a v-if="jobs_of.hasErrors(job)" :href="api(job, 'errors.csv')" download>{{ texts.errors }}</a>
                <a v-if="job.has_original" :href="api(job, 'original/')" download>{{ texts.original }}</a>
                <a v-if="jobs_of.hasPlan(job)" :href="api(job, 'plan/diff/')" download>{{ texts.plan }}</a></div>
            </details>
          </div>
        </li>
      </ul>
      <nav v-if="count > pagesize" class="pages actions" :aria-label="texts.pages">
        <button type="button" :disabled="page === 1" @click="turn(-1)">{{ texts.newer }}</button>
        <span>{{ texts.page.replace('{page}', number(page)).replace('{last}', number(last)) }}</span>
        <button type="button" :disabled="page >= last" @click="turn(1)">{{ texts.older }}</button>
      </nav>
      <dialog ref="dialog" aria-labelledby="undo-title" @close="undoing = null">
        <form v-if="undoing" method="dialog" @submit="act(undoing, 'undo')">
          <h2 id="undo-title">{{ undoing.kind === 'undo' ? texts.redo_title : texts.undo_title }}</h2>
          <p><b>{{ title(undoing) }}</b></p>
          <p v-if="preview === null" class="soft">{{ texts.loading }}</p>
          <ul v-else class="preview"><li v-for="sentence in preview" :key="sentence">{{ sentence }}</li></ul>
          <div class="actions">
            <button type="submit" class="main" :disabled="preview === null">{{ undoing.kind === 'undo' ? texts.redo : texts.undo_now }}</button>
            <button type="button" @click="$refs.dialog.close()">{{ texts.keep }}</button>
          </div>
        </form>
      </dialog>
    </div>`,
  computed: {
    jobs_of: () => window.segopsJobs,
    counts: () => window.segopsJobs.counts,
    last() {
      return Math.max(1, Math.ceil(this.count / this.pagesize));
    },
    filtered() {
      return FILTERS.some((name) => this[name]);
    },
    // what a screen reader says when it changes: states, not every step of a progress
    spoken() {
      const moving = (this.jobs ?? []).filter(this.moving);
      return moving.map((job) => `${this.title(job)}: ${this.state(job)}`).join(". ");
    },
  },
  mounted() {
    const query = new URLSearchParams(location.search);
    for (const name of FILTERS) this[name] = query.get(name) ?? "";
    this.page = Math.max(1, Number.parseInt(query.get("page")) || 1);
    document.addEventListener("visibilitychange", this.woken);
    this.load();
  },
  unmounted() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.woken);
  },
  methods: {
    api: (job, what) => `/api/pim/import/${encodeURIComponent(job.job_id)}/${what}`,
    kind: (job) => segopsJobs.kinds[job.status],
    moving: (job) => segopsJobs.isMoving(job),
    number(value) {
      return segopsJobs.number(value, this.locale);
    },
    time(value) {
      return segopsJobs.time(value, this.locale);
    },
    title(job) {
      return segopsJobs.title(job, this.texts);
    },
    state(job) {
      return segopsJobs.state(job, this.texts);
    },
    reason(job) {
      return segopsJobs.reason(job.reason, this.texts);
    },
    pace(job) {
      return segopsJobs.pace(job, this.texts, this.locale);
    },
    filters() {
      const query = new URLSearchParams();
      for (const name of FILTERS) if (this[name]) query.set(name, this[name]);
      return query;
    },
    async load(acted = false) {
      clearTimeout(this.timer);
      const number = ++this.number_of_load;
      const query = this.filters();
      if (acted === true) query.set("since_act", Date.now()); // the server gives everybody who asks the same one answer for a second
      query.set("page", this.page);
      query.set("page_size", this.pagesize);
      try {
        const answer = await segops.get("/api/pim/imports/?" + query, this.etag ? { "If-None-Match": this.etag } : {});
        const told = answer.ok ? await answer.json() : null;
        if (number !== this.number_of_load) return; // somebody has asked for something else meanwhile
        if (answer.status === 401) return location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
        if (answer.status !== 304) {
          if (!answer.ok) throw new Error((await segops.error(answer)).message);
          if (!told.results.length && told.count && this.page > 1) {
            this.page = Math.ceil(told.count / this.pagesize);
            return this.show();
          }
          [this.jobs, this.count, this.etag] = [told.results, told.count, answer.headers.get("ETag")];
        }
        this.failed = "";
      } catch (error) {
        if (number !== this.number_of_load) return;
        this.failed = error instanceof TypeError ? this.texts.away : error.message;
      }
      const wanted = this.failed || (this.jobs ?? []).some(this.moving);
      if (wanted && !document.hidden) this.timer = setTimeout(() => this.load(), POLL_MILLISECONDS);
    },
    woken() {
      if (!document.hidden) this.load();
    },
    find() {
      this.page = 1;
      this.show();
    },
    clear() {
      for (const name of FILTERS) this[name] = "";
      this.find();
    },
    turn(by) {
      this.page += by;
      this.show();
      scrollTo({ top: 0 });
    },
    show() {
      this.etag = null;
      const query = this.filters();
      if (this.page > 1) query.set("page", this.page);
      history.replaceState(history.state, "", location.pathname + (query.size ? "?" + query : ""));
      return this.load();
    },
    async told(answer) {
      if (answer.ok) return true;
      const error = await segops.error(answer);
      this.refused = `${error.message} ${error.remedy}`;
      return false;
    },
    async act(job, act) {
      [this.busy[job.job_id], this.notice, this.refused] = [true, "", ""];
      const answer = await segops.post(this.api(job, act + "/"), {});
      this.busy[job.job_id] = false;
      if (await this.told(answer)) this.notice = this.texts["did_" + act].replace("{file}", () => this.title(job));
      this.etag = null;
      this.load(true);
    },
    async ask(job) {
      [this.undoing, this.preview, this.refused] = [job, null, ""];
      await this.$nextTick();
      this.$refs.dialog.showModal();
      const answer = await segops.get(this.api(job, "undo/")).catch(() => null);
      if (this.undoing !== job) return; // another is asked about meanwhile
      if (answer && (await this.told(answer))) this.preview = (await answer.json()).words;
      else {
        if (!answer) this.refused = this.texts.away;
        this.$refs.dialog.close();
      }
    },
  },
};
