// Imports as people read them: states, progress and what can be done with one; the list of them and the page of one share it.
(() => {
  window.segopsJobs = {
    kinds: { done: "good", failed: "bad", mapping: "warn", pending: "info", importing: "info" },
    counts: ["created", "updated", "unchanged", "conflicts", "rejected", "skipped"],
    // it goes on without anybody doing something
    isMoving: (job) => ["pending", "importing"].includes(job.status) || ["reading", "waiting to be read"].includes(job.reason),
    isMapped: (job) => job.status === "mapping" && job.kind === "import" && !["reading", "waiting to be read"].includes(job.reason),
    canRetry: (job) => job.status === "failed" || (job.status === "done" && (job.reason ?? "").startsWith("correction ")),
    // a conflict that somebody has decided is a change, too, and counts as what it was
    canUndo: (job) =>
      job.status === "done" && !job.undone_by && Boolean(job.counts.created || job.counts.updated || job.counts.conflicts || job.deleted || job.deactivated),
    hasErrors: (job) => job.counts.rejected > 0 || job.error?.code === "rows_rejected",
    hasPlan: (job) =>
      ["planned", "held by guard"].includes(job.reason) || (job.status === "done" && Boolean(job.counts.created || job.counts.updated || job.deleted || job.deactivated)),
    number: (value, locale) => new Intl.NumberFormat(locale).format(value ?? 0),
    time: (value, locale, timeStyle = "short") => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle }).format(new Date(value)),
    title: (job, texts) => (job.kind === "undo" || job.kind === "redo" ? texts[job.kind + "_of"].replace("{file}", () => job.file) : job.file),
    state: (job, texts) => (job.status === "mapping" ? (texts["state_" + words(job.reason)] ?? texts.mapping) : texts[job.status]),
    // why a job is where it is, where that says more than its state
    reason(reason, texts) {
      if (!reason) return "";
      const correction = /^correction (.+)$/.exec(reason);
      if (correction) return texts.reason_correction.replace("{reason}", this.reason(correction[1], texts) || correction[1]);
      return texts["reason_" + words(reason)] ?? reason;
    },
    duration(seconds, texts, locale) {
      if (seconds < 90) return texts.seconds.replace("{count}", this.number(Math.ceil(seconds), locale));
      return texts.minutes.replace("{count}", this.number(Math.ceil(seconds / 60), locale));
    },
    // "Planning: 40,000 of 100,000 · 21,000 rows a second · 3 s left"
    pace(job, texts, locale) {
      const { stage, done, total, per_second, seconds_left } = job.progress;
      if (!stage) return "";
      const far = done === null ? "" : total ? texts.of.replace("{done}", this.number(done, locale)).replace("{total}", this.number(total, locale)) : this.number(done, locale);
      const said = [(texts["stage_" + stage] ?? stage) + (far ? ": " + far : "")];
      if (per_second) said.push(texts.rate.replace("{rate}", this.number(Math.round(per_second), locale)));
      if (seconds_left !== null && done !== total) said.push(texts.left.replace("{time}", this.duration(seconds_left, texts, locale)));
      return said.join(" · ");
    },
  };
  function words(reason) {
    return (reason ?? "").replaceAll(" ", "_");
  }
})();
