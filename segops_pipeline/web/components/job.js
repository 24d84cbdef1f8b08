// One import: where it stands (pushed by the server while it moves), what happened, what was wrong, what became of rows.
import { Conflicts } from "/static/job/conflicts.js";

const SHOWN = 50;
const AGAIN_MILLISECONDS = 3000;

export default {
  components: { Conflicts },
  props: ["id", "texts", "maywrite", "locale"],
  data: () => ({
    job: null, timeline: [], causes: [], number_of_causes: 0, page_of_causes: 1, results: null, count: 0, page: 1, outcome: "",
    reasons: {}, away: "", refused: "", notice: "", preview: null, busy: false, source: null, timer: null,
  }),
  template: `
    <div class="history one">
      <p v-if="away" class="notice bad" role="alert">{{ away }}</p>
      <p v-if="refused" class="notice bad" role="alert">{{ refused }}</p>
      <p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <p v-if="!job && !away" class="soft">{{ texts.loading }}</p>
      <template v-if="job">
        <section class="card">
          <div class="what actions" role="status">
            <span :class="['badge', jobs_of.kinds[job.status]]" data-testid="state">{{ jobs_of.state(job, texts) }}</span>
            <span v-if="reason">{{ reason }}</span>
            <a v-if="job.undoes" :href="'/pim/imports/' + job.undoes">{{ job.kind === 'redo' ? texts.redoes : texts.undoes }}</a>
            <a v-if="job.undone_by" class="badge" :href="'/pim/imports/' + job.undone_by">{{ texts.undone }}</a>
          </div>
          <p v-if="job.error" :class="['notice', job.status === 'failed' ? 'bad' : 'warn']"><b>{{ job.error.message }}</b> {{ job.error.remedy }}</p>
          <div v-if="job.held.length" class="notice bad"><b>{{ texts.held }}</b>
            <ul class="guards"><li v-for="guard in job.held" :key="guard.guard">{{ guard.message }}</li></ul></div>
          <div v-if="moving" class="progress">
            <progress :max="1" :value="job.progress.share ?? undefined" :aria-label="texts.progress"></progress>
            <span class="soft">{{ pace }}</span>
          </div>
          <ul v-if="job.counts.rows" class="tiles" :aria-label="texts.rows">
            <li><b>{{ number(job.counts.rows) }}</b> {{ texts.rows }}</li>
            <li v-for="name in counts" :key="name" :class="[name, { none: !job.counts[name] }]"><b>{{ number(job.counts[name]) }}</b> {{ texts[name] }}</li>
          </ul>
          <p v-if="job.deleted || job.deactivated">{{ texts.absent.replace('{deleted}', number(job.deleted)).replace('{deactivated}', number(job.deactivated)) }}</p>
          <div class="actions">
            <a v-if="maywrite && jobs_of.isMapped(job)" class="button main" :href="wizard">{{ texts.resume }}</a>
            <a v-else-if="maywrite && job.status === 'failed' && job.links.wizard && job.headers" class="button" :href="wizard">{{ texts.back_to_mapping }}</a>
            <button v-if="maywrite && (moving || job.status === 'mapping')" type="button" :disabled="busy" @click="act('cancel')">{{ texts.cancel }}</button>
            <button v-if="maywrite && jobs_of.canRetry(job)" type="button" :disabled="busy" @click="act('retry')">{{ texts.retry }}</button>
            <button v-if="maywrite && jobs_of.canUndo(job)" type="button" :disabled="busy" @click="ask">{{ job.kind === 'undo' ? texts.redo : texts.undo }}</button>
            <a v-if="job.has_original" class="button" :href="api('original/')" download>{{ texts.original }}</a>
            <a v-if="jobs_of.hasPlan(job)" class="button" :href="api('plan/diff/')" download>{{ texts.plan }}</a>
            <a v-if="job.links.dagster" class="button" :href="job.links.dagster" target="_blank" rel="noopener">{{ texts.dagster }}</a>
          </div>
          <dl class="facts">
            <template v-for="[name, value] in facts" :key="name"><dt>{{ name }}</dt><dd>{{ value }}</dd></template>
          </dl>
        </section>

        <Conflicts v-if="job.counts.conflicts" :job="id" :waiting="job.counts.conflicts" :texts="texts" :maywrite="maywrite" :locale="locale" @answered="resolved" />

        <section v-if="number_of_causes || jobs_of.hasErrors(job)" class="card" id="issues">
          <h2>{{ texts.issues }}</h2>
          <details v-for="(cause, place) in causes" :key="cause.code + cause.column + page_of_causes" class="cause" :open="place === 0 && page_of_causes === 1">
            <summary><span :class="['badge', level(cause.level)]">{{ texts['level_' + cause.level] }}</span>
              <span class="said"><b>{{ number(cause.count) }}×</b> <template v-if="cause.column">{{ cause.column }}: </template>{{ cause.message }}</span></summary>
            <p v-if="cause.suggestion">{{ cause.suggestion }}</p>
            <p class="soft" v-if="cause.lines.length">{{ texts.lines }}: {{ cause.lines.join(', ') }}<template v-if="cause.count > cause.lines.length"> …</template></p>
            <p class="soft" v-if="cause.values.length">{{ texts.values }}: <code v-for="value in cause.values" :key="value">{{ value }}</code></p>
          </details>
          <nav v-if="number_of_causes > shown" class="pages actions" :aria-label="texts.issues">
            <button type="button" :disabled="page_of_causes === 1" @click="turn_causes(-1)">{{ texts.before }}</button>
            <button type="button" :disabled="page_of_causes * shown >= number_of_causes" @click="turn_causes(1)">{{ texts.next }}</button></nav>
          <div v-if="jobs_of.hasErrors(job)" class="actions below">
            <a class="button" :href="api('errors.csv')" download>{{ texts.errors }} (CSV)</a>
            <a class="button" :href="api('errors.xlsx')" download>{{ texts.errors }} (XLSX)</a>
            <label v-if="maywrite && !job.undone_by && ['done', 'failed'].includes(job.status)" class="button upload">{{ texts.correct }}<input type="file" class="unseen" :disabled="busy" @change="correct" /></label>
          </div>
        </section>

        <section v-if="has_results" class="card" id="results">
          <h2>{{ texts.results }}</h2>
          <label class="outcome">{{ texts.outcome }} <select v-model="outcome" @change="load_results(1)"><option value="">{{ texts.all }}</option>
            <option v-for="name in counts.filter((one) => job.counts[one] || one === outcome)" :key="name" :value="name">{{ texts[name] }}</option></select></label>
          <div class="scroll" tabindex="0" role="region" :aria-label="texts.results"><table class="plain"><caption class="unseen">{{ texts.results }}</caption>
            <thead><tr><th scope="col" class="number">{{ texts.line }}</th><th scope="col">{{ entity === 'product' ? 'SKU' : texts.record }}</th><th scope="col">{{ texts.outcome }}</th><th scope="col">{{ texts.why }}</th></tr></thead>
            <tbody><tr v-for="row in results ?? []" :key="row.line + ' ' + row.key">
              <td class="number">{{ row.line }}</td><td><a v-if="is_there(row) && way(row)" :href="way(row)">{{ row.key }}</a><template v-else>{{ row.key }}</template></td>
              <td>{{ row.reason === 'removed' ? texts.deleted : texts[row.outcome === 'conflict' ? 'conflicts' : row.outcome] }}</td><td>{{ why(row) }}</td></tr></tbody></table></div>
          <nav v-if="count > shown" class="pages actions" :aria-label="texts.results">
            <button type="button" :disabled="page === 1" @click="load_results(page - 1)">{{ texts.before }}</button>
            <span>{{ texts.page.replace('{page}', number(page)).replace('{last}', number(Math.ceil(count / shown))) }}</span>
            <button type="button" :disabled="page * shown >= count" @click="load_results(page + 1)">{{ texts.next }}</button>
          </nav>
        </section>

        <section class="card"><h2>{{ texts.timeline }}</h2>
          <ol class="timeline"><li v-for="(moment, place) in timeline" :key="place">
            <time :datetime="moment.at">{{ time(moment.at) }}</time>
            <b>{{ jobs_of.state(moment, texts) }}</b>
            <span class="soft">{{ moment_words(moment) }}</span></li></ol>
        </section>
      </template>
      <dialog ref="dialog" aria-labelledby="undo-title">
        <form v-if="job" method="dialog" @submit="act('undo')">
          <h2 id="undo-title">{{ job.kind === 'undo' ? texts.redo_title : texts.undo_title }}</h2>
          <p v-if="preview === null" class="soft">{{ texts.loading }}</p>
          <ul v-else class="preview"><li v-for="sentence in preview" :key="sentence">{{ sentence }}</li></ul>
          <div class="actions"><button type="submit" class="main" :disabled="preview === null">{{ job.kind === 'undo' ? texts.redo : texts.undo_now }}</button>
            <button type="button" @click="$refs.dialog.close()">{{ texts.keep }}</button></div>
        </form>
      </dialog>
    </div>`,
  computed: {
    jobs_of: () => window.segopsJobs,
    counts: () => window.segopsJobs.counts,
    shown: () => SHOWN,
    wizard() {
      return "/pim/import?job=" + encodeURIComponent(this.id);
    },
    moving() {
      return segopsJobs.isMoving(this.job);
    },
    reason() {
      return this.job.error ? "" : segopsJobs.reason(this.job.reason, this.texts);
    },
    pace() {
      return segopsJobs.pace(this.job, this.texts, this.locale);
    },
    has_results() {
      return this.job.has_results || (this.job.kind !== "import" && this.job.status === "done" && this.job.counts.rows > 0);
    },
    // what the rows are of; null: of records that have no page
    entity() {
      return this.job.recognised ? this.job.recognised.entity : this.job.format === "bizzkit" ? null : "product";
    },
    imported_as() {
      if (!this.job.recognised || this.job.kind !== "import") return "";
      const { entity, mode, order } = this.job.recognised;
      return [this.texts["entity_" + entity], this.texts["mode_" + mode], order === "any" && `${this.texts.order}: ${this.texts.order_any}`].filter(Boolean).join(" · ");
    },
    facts() {
      const { texts, job } = this;
      const between = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe" };
      const { kind, encoding, sheet, delimiter, member } = job.dialect ?? {};
      const layout = [kind === "delimited" ? "" : kind, member, encoding, sheet ?? texts["delimiter_" + between[delimiter]] ?? delimiter].filter(Boolean).join(", ");
      const stages = Object.entries(job.seconds).filter(([stage]) => texts["stage_" + stage]);
      return [
        [texts.source, job.source], [texts.user, job.user], [texts.started, this.time(job.created_at)],
        [texts.finished, job.finished_at && this.time(job.finished_at)], [texts.layout, job.kind === "import" ? layout : ""],
        [texts.size, job.size_bytes && this.size(job.size_bytes)], [texts.imported_as, this.imported_as], [texts.policy, job.kind === "import" && !this.imported_as ? (texts["policy_" + job.policy] ?? job.policy) : ""],
        [texts.template, job.template], [texts.attempt, job.attempt > 1 ? this.number(job.attempt) : ""],
        [texts.took, stages.map(([stage, took]) => `${texts["stage_" + stage]} ${this.seconds(took)}`).join(" · ")], [texts.job, job.job_id],
      ].filter(([, value]) => value);
    },
  },
  mounted() {
    this.load();
  },
  unmounted() {
    this.unlisten();
    clearTimeout(this.timer);
  },
  methods: {
    api(what) {
      return `/api/pim/import/${encodeURIComponent(this.id)}/${what}`;
    },
    number(value) {
      return segopsJobs.number(value, this.locale);
    },
    seconds(value) {
      return new Intl.NumberFormat(this.locale, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value) + " s";
    },
    size(bytes) {
      const [value, unit] = bytes < 1000 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
      return new Intl.NumberFormat(this.locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
    },
    time(value) {
      return segopsJobs.time(value, this.locale, "medium");
    },
    level: (name) => ({ error: "bad", warning: "warn", info: "info" })[name],
    moment_words({ reason, status, seconds }) {
      const said = status === "mapping" ? "" : segopsJobs.reason(reason, this.texts);
      return [said, seconds === null ? "" : this.seconds(seconds)].filter(Boolean).join(" · ");
    },
    is_there: (row) => row.key && row.reason !== "removed" && !["rejected", "skipped"].includes(row.outcome),
    way({ key }) {
      const ways = { product: "/pim/products/by-sku?sku=", brand: "/pim/brands?key=", product_hierarchy: "/pim/categories?key=" };
      return ways[this.entity] && ways[this.entity] + encodeURIComponent(key);
    },
    // a rejected row says its own reasons, another the code of its one
    why(row) {
      const own = this.reasons[row.line];
      if (own) return own.map((one) => (one.column ? `${one.column}: ` : "") + one.message).join(" ");
      const cause = this.causes.find((one) => one.code === row.reason && one.lines.includes(row.line));
      if (cause) return `${cause.column ? cause.column + ": " : ""}${cause.message}`;
      return row.reason === "removed" ? "" : (row.reason ?? "").replaceAll("_", " ");
    },
    async fetch(what) {
      const answer = await segops.getNew(this.api(what));
      if (answer.status === 401) location.assign("/login?next=" + encodeURIComponent(location.pathname));
      if (!answer.ok) throw new Error((await segops.error(answer)).message);
      return answer.json();
    },
    async load() {
      clearTimeout(this.timer);
      const number = (this.number_of_load = (this.number_of_load ?? 0) + 1);
      try {
        const [job, timeline] = await Promise.all([this.fetch(""), this.fetch("timeline/"), this.load_causes(this.page_of_causes)]);
        if (number !== this.number_of_load) return; // what a later one brings is newer
        [this.job, this.timeline, this.away] = [job, timeline, ""];
        if (this.has_results) await this.load_results(this.page);
      } catch (error) {
        if (number !== this.number_of_load) return;
        this.away = error instanceof TypeError ? this.texts.away : error.message;
        this.timer = setTimeout(this.load, AGAIN_MILLISECONDS);
        return;
      }
      if (this.moving) this.listen();
      else this.unlisten();
    },
    // the server pushes while the job moves; the browser connects again by itself where that breaks off
    listen() {
      if (this.source) return;
      this.source = new EventSource(this.api("events/"));
      this.source.addEventListener("state", (event) => {
        const told = JSON.parse(event.data);
        const moved = told.status !== this.job.status || told.reason !== this.job.reason || told.attempt !== this.job.attempt;
        Object.assign(this.job, told);
        if (moved) this.load();
      });
      this.source.addEventListener("end", () => this.unlisten());
      this.source.addEventListener("error", () => {
        if (this.source?.readyState !== EventSource.CLOSED) return;
        this.unlisten();
        this.timer = setTimeout(this.load, AGAIN_MILLISECONDS);
      });
    },
    unlisten() {
      this.source?.close();
      this.source = null;
    },
    async load_causes(page) {
      const asked = (this.asked_causes = (this.asked_causes ?? 0) + 1);
      const told = await this.fetch(`causes/?page=${page}&page_size=${SHOWN}`);
      if (asked !== this.asked_causes) return; // another page has been asked for meanwhile
      [this.page_of_causes, this.causes, this.number_of_causes] = [page, told.results, told.count];
    },
    async turn_causes(by) {
      try {
        await this.load_causes(this.page_of_causes + by);
      } catch (error) {
        this.refused = error instanceof TypeError ? this.texts.away : error.message;
      }
    },
    async load_results(page) {
      const query = new URLSearchParams({ page, page_size: SHOWN });
      if (this.outcome) query.set("outcome", this.outcome === "conflicts" ? "conflict" : this.outcome);
      const asked = (this.asked = (this.asked ?? 0) + 1);
      try {
        const told = await this.fetch("results/?" + query);
        // the rejected rows come in the same order, each with what is wrong with it
        const rejected = this.outcome === "rejected" ? (await this.fetch("rejected/?" + query)).results : [];
        if (asked !== this.asked) return; // something else has been asked for meanwhile
        this.reasons = Object.fromEntries(rejected.map((row) => [row.line, row.reasons]));
        [this.page, this.results, this.count] = [page, told.results, told.count];
      } catch (error) {
        this.refused = error instanceof TypeError ? this.texts.away : error.message;
      }
    },
    async told(answer, said) {
      [this.refused, this.notice] = ["", ""];
      if (answer.ok) this.notice = said;
      else {
        const error = await segops.error(answer);
        this.refused = `${error.message} ${error.remedy}`;
      }
      return answer.ok;
    },
    async act(name) {
      this.busy = true;
      const answer = await segops.post(this.api(name + "/"), {});
      this.busy = false;
      const ok = await this.told(answer, this.texts["did_" + name].replace("{file}", () => this.job.file));
      if (ok && name === "undo") location.assign("/pim/imports/" + (await answer.json()).job_id);
      else this.load();
    },
    async ask() {
      this.preview = null;
      this.$refs.dialog.showModal();
      const answer = await segops.get(this.api("undo/")).catch(() => null);
      if (answer && (await this.told(answer, ""))) this.preview = (await answer.json()).words;
      else {
        if (!answer) this.refused = this.texts.away;
        this.$refs.dialog.close();
      }
    },
    resolved(answer) {
      this.notice = this.texts["did_" + answer];
      this.load();
    },
    async correct(event) {
      const body = new FormData();
      body.append("file", event.target.files[0]);
      event.target.value = "";
      this.busy = true;
      const answer = await segops.post(this.api("correct/"), body);
      this.busy = false;
      if (await this.told(answer, this.texts.did_correct)) this.load();
    },
  },
};
