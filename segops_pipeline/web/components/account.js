// What a person sets for themselves: name, language, e-mails, password, other sessions; and their workspaces.
export default {
  props: ["texts", "events", "roles", "mails"],
  data: () => ({ me: null, busy: false, failed: "", notice: "", current: "", password: "", name: "" }),
  template: `
    <section class="card account" :aria-label="texts.me">
      <h2>{{ texts.me }}</h2>
      <p v-if="failed" class="notice bad stays" role="alert">{{ failed }}</p><p v-if="notice" class="notice good stays" role="status">{{ notice }}</p>
      <p v-if="!me && !failed" class="soft">{{ texts.loading }}</p>
      <div v-if="me" class="columns">
      <form class="resource" @submit.prevent="save">
        <p class="soft">{{ me.name }}<template v-if="me.is_owner"> · {{ texts.owner }}</template></p>
        <div class="field"><label>{{ texts.full_name }} <input type="text" v-model="me.full_name" maxlength="200" autocomplete="name" /></label></div>
        <div class="field"><label>{{ texts.language }} <select v-model="me.language"><option :value="null">{{ texts.as_browser }}</option><option value="en">English</option><option value="de">Deutsch</option></select></label></div>
        <div class="field"><fieldset aria-describedby="notify-hint"><legend>{{ texts.notify }}</legend><label v-for="event in events" :key="event.value"><input type="checkbox" :value="event.value" v-model="me.notify" /> {{ event.label }}</label></fieldset>
          <p id="notify-hint" class="soft hint">{{ texts.notify_hint }} <strong v-if="!mails">{{ texts.no_mail }}</strong></p></div>
        <button type="submit" class="main">{{ texts.save }}</button>
      </form>
      <div>
      <form class="resource password" @submit.prevent="change">
        <h3>{{ texts.password }}</h3>
        <input type="text" class="unseen" :value="me.name" autocomplete="username" tabindex="-1" aria-hidden="true" readonly />
        <div v-if="me.has_password" class="field"><label>{{ texts.current }} <input type="password" v-model="current" autocomplete="current-password" required /></label></div>
        <div class="field"><label>{{ texts.new_password }} <input type="password" v-model="password" autocomplete="new-password" required /></label></div>
        <div class="actions"><button type="submit">{{ texts.change_password }}</button><button type="button" @click="elsewhere">{{ texts.elsewhere }}</button></div>
      </form>
      <form class="resource places" @submit.prevent="make">
        <h3>{{ texts.workspaces }}</h3>
        <ul><li v-for="place in me.workspaces" :key="place.name"><strong v-if="place.name === me.workspace" aria-current="true">{{ place.name }}</strong><button v-else type="button" class="quiet" @click="go(place.name)">{{ place.name }}</button> <span class="soft">{{ roles[place.role] }}</span></li></ul>
        <div v-if="me.is_owner" class="field"><label>{{ texts.new_workspace }} <input type="text" v-model.trim="name" required maxlength="63" pattern="[a-z0-9][a-z0-9_\\-]*" :title="texts.workspace_hint" aria-describedby="workspace-hint" autocomplete="off" /></label>
          <p id="workspace-hint" class="soft hint">{{ texts.workspace_hint }}</p></div>
        <button v-if="me.is_owner" type="submit">{{ texts.make_workspace }}</button>
      </form></div></div>
    </section>`,
  async mounted() {
    const answer = await segops.look("/api/pim/me/");
    if (answer.ok) this.take(await answer.json());
    else this.failed = (await segops.error(answer)).message;
  },
  methods: {
    take(me) {
      this.me = me;
      this.before = { language: me.language, notify: JSON.stringify(me.notify) };
    },
    async tell(answer, words) {
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
      const changes = { full_name, language: language ?? "" };
      // an owner may look at a workspace without being a member of it, whom nothing is sent
      if (JSON.stringify(notify) !== this.before.notify) changes.notify = notify;
      const answer = await segops.request("PATCH", "/api/pim/me/", changes);
      const was = this.before.language;
      if (!(await this.tell(answer, this.texts.saved)) || language === was) return answer.ok && this.take(await answer.json());
      document.cookie = "segops_language=; path=/; max-age=0; samesite=lax"; // what the header's button chose before
      location.reload();
    },
    async change() {
      if (this.busy) return; // a second click would tell that the password until now is wrong
      this.busy = true;
      const { current, password } = this;
      const answer = await segops.post("/api/pim/me/password/", { current, password });
      this.busy = false;
      if (!(await this.tell(answer, this.texts.password_changed))) return;
      [this.current, this.password, this.me.has_password] = ["", "", true];
    },
    async elsewhere() {
      await this.tell(await segops.post("/api/pim/me/sign-out-elsewhere/", {}), this.texts.signed_out_elsewhere);
    },
    async make() {
      const answer = await segops.post("/api/pim/workspaces/", { name: this.name });
      if (await this.tell(answer, this.texts.workspace_made)) await this.go(this.name);
    },
    async go(name) {
      const answer = await segops.post("/api/pim/me/workspace/", { workspace: name });
      if (await this.tell(answer, "")) location.href = "/pim";
    },
  },
};
