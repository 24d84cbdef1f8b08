// What a person sets for themselves: name, language, e-mails, password, other sessions.
export default {
  props: ["texts", "events"],
  data: () => ({ me: null, failed: "", notice: "", current: "", password: "" }),
  template: `
    <section class="card account" :aria-label="texts.me">
      <h2>{{ texts.me }}</h2>
      <p v-if="failed" class="notice bad" role="alert">{{ failed }}</p><p v-if="notice" class="notice good" role="status">{{ notice }}</p>
      <form v-if="me" class="resource" @submit.prevent="save">
        <p class="soft">{{ me.name }}<template v-if="me.is_owner"> · {{ texts.owner }}</template></p>
        <div class="field"><label>{{ texts.full_name }} <input type="text" v-model="me.full_name" maxlength="200" autocomplete="name" /></label></div>
        <div class="field"><label>{{ texts.language }} <select v-model="me.language"><option :value="null">{{ texts.as_browser }}</option><option value="en">English</option><option value="de">Deutsch</option></select></label></div>
        <div class="field"><fieldset><legend>{{ texts.notify }}</legend><label v-for="event in events" :key="event.value"><input type="checkbox" :value="event.value" v-model="me.notify" /> {{ event.label }}</label></fieldset>
          <p class="soft hint">{{ texts.notify_hint }}</p></div>
        <button type="submit" class="main">{{ texts.save }}</button>
      </form>
      <form v-if="me" class="resource password" @submit.prevent="change">
        <h3>{{ texts.password }}</h3>
        <input type="text" class="unseen" :value="me.name" autocomplete="username" tabindex="-1" aria-hidden="true" readonly />
        <div v-if="me.has_password" class="field"><label>{{ texts.current }} <input type="password" v-model="current" autocomplete="current-password" /></label></div>
        <div class="field"><label>{{ texts.new_password }} <input type="password" v-model="password" autocomplete="new-password" required /></label></div>
        <div class="actions"><button type="submit">{{ texts.change_password }}</button><button type="button" @click="elsewhere">{{ texts.elsewhere }}</button></div>
      </form>
    </section>`,
  async mounted() {
    const answer = await segops.get("/api/pim/me/");
    if (answer.ok) this.me = await answer.json();
    else this.failed = (await segops.error(answer)).message;
  },
  methods: {
    async told(answer, words) {
      [this.failed, this.notice] = ["", ""];
      if (answer.ok) this.notice = words;
      else {
        const error = await segops.error(answer);
        this.failed = `${error.message} ${error.remedy}`;
      }
      return answer.ok;
    },
    async save() {
      const { full_name, language, notify } = this.me;
      await this.told(await segops.request("PATCH", "/api/pim/me/", { full_name, language: language ?? "", notify }), this.texts.saved);
    },
    async change() {
      const { current, password } = this;
      if (await this.told(await segops.post("/api/pim/me/password/", { current, password }), this.texts.password_changed)) [this.current, this.password] = ["", ""];
    },
    async elsewhere() {
      await this.told(await segops.post("/api/pim/me/sign-out-elsewhere/", {}), this.texts.signed_out_elsewhere);
    },
  },
};
