// Saving a draft by itself: at once in this browser, a moment later on the server, again and again while that is away.
const PAUSE = 400;
const PATIENCE = 6000;
const AGAIN = 3000;

export class Saving {
  // send(payload) hands the draft to the server, told(state) shows: saved, saving, waiting, away or refused
  constructor(job, version, send, told) {
    this.key = `segops-draft-${job}`;
    Object.assign(this, { version, send, told, serial: 0, draft: null, sent: null, timer: null, held: false });
  }

  // what this browser has and the server does not: {draft, version}, or null
  unsaved() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  change(draft) {
    this.draft = draft;
    try {
      localStorage.setItem(this.key, JSON.stringify({ draft, version: this.version }));
    } catch {
      // a full or forbidden storage: the server has it in a moment
    }
    this.told("saving");
    if (!this.sent && !this.held) this.wait(PAUSE);
  }

  flush() {
    if (this.draft && !this.sent && !this.held) this.go();
  }

  get pending() {
    return this.draft !== null || this.sent !== null;
  }

  wait(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.go(), milliseconds);
  }

  go() {
    clearTimeout(this.timer);
    if (this.draft) {
      this.sent = { draft: this.draft, version: this.version, serial: ++this.serial };
      this.draft = null;
    }
    if (!this.sent) return;
    this.send(this.sent);
    this.timer = setTimeout(() => this.late(), PATIENCE);
  }

  // the same once more: the server answers what it has answered already
  late() {
    this.told("away");
    this.send(this.sent);
    this.timer = setTimeout(() => this.late(), AGAIN);
  }

  // whether the answer is about what was sent last; another one says nothing (what was sent twice is answered twice)
  answered(serial) {
    if (!this.sent || serial !== this.sent.serial) return false;
    clearTimeout(this.timer);
    return true;
  }

  saved(serial, version) {
    if (!this.answered(serial)) return false;
    this.sent = null;
    this.version = version;
    if (this.draft) {
      this.change(this.draft);
      return true;
    }
    this.drop();
    this.told("saved");
    return true;
  }

  // the server has another draft: nothing is sent until a person has decided
  hold(serial) {
    if (!this.answered(serial)) return false;
    this.draft ??= this.sent.draft;
    this.sent = null;
    this.held = true;
    this.told("waiting");
    return true;
  }

  // it cannot be saved as it is, or not now; what was sent stays in this browser
  refused(serial, again) {
    if (!this.answered(serial)) return false;
    if (!again) this.sent = null;
    this.told(again ? "away" : "refused");
    if (again) this.timer = setTimeout(() => this.late(), AGAIN);
    else if (this.draft) this.wait(PAUSE);
    return true;
  }

  forget(version) {
    clearTimeout(this.timer);
    Object.assign(this, { version, draft: null, sent: null, held: false });
    this.drop();
    this.told("saved");
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // what keeps nothing has nothing to forget
    }
  }

  keep(version, draft) {
    Object.assign(this, { version, sent: null, held: false });
    this.change(draft);
  }
}
