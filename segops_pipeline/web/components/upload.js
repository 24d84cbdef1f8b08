// Step 1 of the wizard: files that are dropped anywhere, chosen or pasted, a table from the clipboard, or a URL.
import { fill } from "/static/wizard/problems.js";
import { readable, send } from "/static/wizard/sending.js";

export default {
  props: ["texts", "sources", "templates", "most", "waiting", "language"],
  data: () => ({ over: 0, source: "", template: "", url: "", pasted: "", items: [], trouble: "", number: 0 }),
  template: `
    <div class="upload">
      <section class="card" aria-labelledby="drop-title">
        <h2 id="drop-title" class="unseen">{{ texts.step_upload }}</h2>
        <label class="drop" :class="{ over: over > 0 }">
          <input type="file" class="unseen" multiple @change="chosen">
          <span class="q-icon material-icons" aria-hidden="true">upload_file</span>
          <strong>{{ over > 0 ? texts.drop_now : texts.drop_here }}</strong>
          <span class="soft">{{ texts.drop_help }}</span>
          <span class="soft small">{{ limit }}</span>
        </label>
        <ul v-if="items.length" class="uploads" :aria-label="texts.uploads">
          <li v-for="item in items" :key="item.id">
            <span class="upload-head"><bdi class="upload-name">{{ item.name }}</bdi>
              <span class="soft small">{{ facts(item) }}</span>
              <button v-if="item.state === 'sending' || item.state === 'waiting'" type="button" class="quiet" :aria-label="texts.cancel_upload + ' ' + item.name" @click="cancel(item)">{{ texts.cancel_upload }}</button>
              <a v-if="item.job && !item.error" class="button" :href="'/pim/import?job=' + item.job">{{ texts.step_mapping }}</a></span>
            <progress v-if="item.state === 'sending'" :value="item.sent" :max="item.size || 1" :aria-label="item.name"></progress>
            <progress v-else-if="item.state === 'reading'" :aria-label="texts.reading"></progress>
            <div v-if="item.error" class="notice bad" role="alert"><strong>{{ item.error.message }}</strong> {{ item.error.remedy }}
              <span v-if="item.error.line">{{ texts.line }} {{ item.error.line }}<template v-if="item.error.column">, {{ item.error.column }}</template></span>
              <span class="actions">
                <a v-if="item.job && !isAway(item)" class="button" :href="'/pim/import?job=' + item.job">{{ texts.read_otherwise }}</a>
                <button v-else type="button" @click="again(item)">{{ texts.again }}</button>
              </span></div>
          </li>
        </ul>
        <p v-if="items.length > 1" class="notice small">{{ texts.several }}</p>
        <div class="choices">
          <label>{{ texts.source }}<input type="text" list="sources" v-model.trim="source" maxlength="100" :placeholder="texts.source_manual">
            <datalist id="sources"><option v-for="name in sources" :key="name" :value="name"></option></datalist>
            <span class="soft small">{{ texts.source_help }}</span></label>
          <label>{{ texts.template }}<select v-model="template"><option value="">{{ texts.template_found }}</option><option v-for="name in templates" :key="name">{{ name }}</option></select>
            <span class="soft small">{{ texts.template_help }}</span></label>
        </div>
      </section>
      <div class="otherwise">
        <form class="card" @submit.prevent="fetchUrl" aria-labelledby="url-title">
          <h2 id="url-title">{{ texts.from_url }}</h2>
          <label><span class="unseen">{{ texts.url }}</span><input type="url" v-model.trim="url" placeholder="https://" required></label>
          <button type="submit">{{ texts.fetch }}</button>
          <span class="soft small">{{ texts.url_help }}</span>
        </form>
        <form class="card" @submit.prevent="usePasted" aria-labelledby="paste-title">
          <h2 id="paste-title">{{ texts.paste }}</h2>
          <label><span class="unseen">{{ texts.paste }}</span><textarea rows="3" v-model="pasted" :placeholder="texts.paste_help"></textarea></label>
          <button type="submit" :disabled="!pasted.trim()">{{ texts.use_table }}</button>
        </form>
      </div>
      <section v-if="waiting.length" class="card" aria-labelledby="waiting-title">
        <h2 id="waiting-title">{{ texts.waiting }}</h2>
        <ul class="waiting">
          <li v-for="job in waiting" :key="job.id"><a :href="'/pim/import?job=' + job.id"><bdi>{{ job.file }}</bdi></a>
            <span class="soft small">{{ waitingFacts(job) }}</span></li>
        </ul>
      </section>
      <div v-if="over > 0" class="drop-veil" aria-hidden="true"></div>
    </div>`,
  mounted() {
    for (const [name, act] of this.listeners()) window.addEventListener(name, act);
  },
  beforeUnmount() {
    for (const [name, act] of this.listeners()) window.removeEventListener(name, act);
  },
  computed: {
    limit() {
      return fill(this.texts.limit, { size: readable(this.most, this.language) });
    },
  },
  methods: {
    listeners() {
      return [["dragenter", this.enter], ["dragover", this.allow], ["dragleave", this.left], ["drop", this.dropped], ["paste", this.paste], ["beforeunload", this.warn]];
    },
    hasFiles: (event) => [...(event.dataTransfer?.types ?? [])].includes("Files"),
    enter(event) {
      if (this.hasFiles(event)) this.over++;
    },
    allow(event) {
      if (this.hasFiles(event)) event.preventDefault();
    },
    left(event) {
      if (this.hasFiles(event)) this.over = Math.max(0, this.over - 1);
    },
    dropped(event) {
      if (!this.hasFiles(event)) return;
      event.preventDefault();
      this.over = 0;
      this.take([...event.dataTransfer.files]);
    },
    chosen(event) {
      this.take([...event.target.files]);
      event.target.value = "";
    },
    paste(event) {
      if (["INPUT", "TEXTAREA"].includes(event.target.tagName)) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData("text/plain") ?? "";
      // beside a table there is a picture of it, beside files there are their names
      const isTable = /[\t\n]/.test(text.trim()) && files.every((file) => file.type.startsWith("image/"));
      if (!files.length && !isTable) return;
      event.preventDefault();
      if (isTable) this.takeText(text);
      else this.take(files);
    },
    warn(event) {
      if (this.items.some((item) => item.state === "sending")) event.preventDefault();
    },
    usePasted() {
      this.takeText(this.pasted);
      this.pasted = "";
    },
    takeText(text) {
      const now = new Date();
      const at = `${now.toLocaleDateString("sv")}-${String(now.getHours()).padStart(2, "0")}${String(now.getMinutes()).padStart(2, "0")}`;
      const isTabbed = text.includes("\t");
      this.take([new File([text], `${this.texts.pasted_name}-${at}.${isTabbed ? "tsv" : "csv"}`, { type: "text/plain" })]);
    },
    fetchUrl() {
      this.add({ name: this.url, size: 0, url: this.url });
      this.url = "";
      this.go();
    },
    take(files) {
      for (const file of files) this.add({ name: file.name, size: file.size, file });
      this.go();
    },
    add(item) {
      const id = ++this.number;
      this.items.push({ sent: 0, rate: 0, state: "waiting", error: null, job: null, id, source: this.source, template: this.template, ...item });
    },
    again(item) {
      Object.assign(item, { state: "waiting", error: null, sent: 0 });
      this.go();
    },
    isAway: (item) => ["fetch_failed", "address_refused", "store_unreachable"].includes(item.error.code),
    cancel(item) {
      item.abort?.();
      this.items = this.items.filter((one) => one.id !== item.id);
      this.go();
    },
    // one after the other: each is read and suggested before the next one comes
    async go() {
      if (this.items.some((item) => item.state === "sending" || item.state === "reading")) return;
      const item = this.items.find((one) => one.state === "waiting");
      if (!item) return this.end();
      if (item.size > this.most) {
        item.error = { message: fill(this.texts.too_large, { size: readable(item.size, this.language) }), remedy: this.limit };
        item.state = "failed";
      } else await send(item, this.texts);
      this.go();
    },
    end() {
      const [only] = this.items;
      if (this.items.length === 1 && only.job && !only.error) location.href = `/pim/import?job=${only.job}`;
    },
    facts(item) {
      if (item.state === "waiting") return this.texts.upload_waits;
      if (item.state === "reading") return this.texts.reading;
      if (item.state === "done") return this.texts.upload_done;
      if (item.state !== "sending") return "";
      const [sent, size, rate] = [item.sent, item.size, item.rate].map((bytes) => readable(bytes, this.language));
      const left = item.rate ? Math.ceil((item.size - item.sent) / item.rate) : 0;
      return item.rate ? fill(this.texts.upload_rate, { sent, size, rate, left }) : fill(this.texts.upload_begins, { size });
    },
    waitingFacts(job) {
      const at = new Date(job.at).toLocaleString(this.language, { dateStyle: "medium", timeStyle: "short" });
      return fill(this.texts.waiting_facts, { rows: job.rows === null ? "?" : job.rows.toLocaleString(this.language), source: job.source, by: job.by, at });
    },
  },
};
