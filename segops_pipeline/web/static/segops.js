// What all components share: requests to the API that carry the token against forgery.
window.segops = {
  token: () => document.querySelector('meta[name="csrf-token"]')?.content ?? "",
  // A page speaks of the workspace that it shows, whichever the session is in meanwhile in another tab.
  workspace() {
    const name = document.querySelector('meta[name="workspace"]')?.content;
    return name ? { "X-Segops-Workspace": name } : {};
  },
  // An act that the server did not answer has a refusal as its answer; who only looks is told by the TypeError of fetch.
  async request(method, path, body, headers = {}) {
    const sent = { "X-CSRF-Token": this.token(), Accept: "application/json", ...this.workspace(), ...headers };
    if (body !== undefined && !(body instanceof FormData)) {
      sent["Content-Type"] = "application/json";
      body = JSON.stringify(body);
    }
    try {
      return await fetch(path, { method, headers: sent, body, credentials: "same-origin" });
    } catch (error) {
      if (method === "GET") throw error;
      return this.away();
    }
  },
  away() {
    const message = document.querySelector('meta[name="away"]')?.content ?? "";
    return Response.json({ error: { code: "away", message, remedy: "" } }, { status: 503 });
  },
  // Looking, where no answer is told as a refusal is.
  look(path) {
    return this.get(path).catch(() => this.away());
  },
  // what has been kept for a moment, here or by the server, will not do
  getNew(path) {
    return this.get(path, { "Cache-Control": "no-cache" });
  },
  get(path, headers) {
    return this.request("GET", path, undefined, headers);
  },
  post(path, body, headers) {
    return this.request("POST", path, body, headers);
  },
  // The one of an ordered list's buttons that goes on with what was pressed: the moved one is another, or cannot be pressed.
  focusMoved(buttons, by) {
    const [up, down] = buttons;
    const ordered = by < 0 ? [up, down] : [down, up];
    ordered.find((button) => button && !button.disabled)?.focus();
  },
  // The error of an answer as {code, message, remedy}, whatever came.
  async error(answer) {
    const told = await answer.json().catch(() => null);
    return told?.error ?? { code: "error", message: `${answer.status} ${answer.statusText}`, remedy: "" };
  },
};
