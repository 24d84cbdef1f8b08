// The first rows of the file, exactly as they were parsed, and how the file was read.
import Dialect from "/static/wizard/dialect.js";

const MARKS = { " ": "·", "\t": "→", "\n": "↵", "\r": "␍", "\u00a0": "⍽" };
const SPACES = /[ \t\n\r\u00a0]/g;

export default {
  components: { Dialect },
  props: ["headers", "rows", "mapping", "known", "dialect", "notes", "texts", "busy"],
  emits: ["choose"],
  data: () => ({ marked: false }),
  template: `
    <section class="card preview" aria-labelledby="preview-title">
      <div class="panel-head">
        <h2 id="preview-title">{{ texts.preview }}</h2>
        <span class="soft">{{ texts.preview_help }}</span>
        <label class="check"><input type="checkbox" v-model="marked"> {{ texts.show_spaces }}</label>
      </div>
      <dialect :dialect="dialect" :texts="texts" :busy="busy" @choose="$emit('choose', $event)"></dialect>
      <div class="scroll" tabindex="0" role="group" :aria-label="texts.preview">
        <table class="plain cells">
          <caption class="unseen">{{ texts.preview_help }}</caption>
          <thead>
            <tr><th v-for="(header, place) in headers" :key="place" scope="col"><bdi>{{ header }}</bdi></th></tr>
          </thead>
          <tbody>
            <tr v-for="(row, line) in rows" :key="line">
              <td v-for="(cell, place) in row" :key="place"><span class="cell" :class="{ marked }">{{ shown(cell) }}</span></td>
            </tr>
          </tbody>
        </table>
      </div>
      <details v-if="notes.length" class="notes">
        <summary>{{ texts.notes.replace("{count}", notes.length) }}</summary>
        <ul>
          <li v-for="(note, place) in notes" :key="place"><span class="badge" :class="kind(note)">{{ texts['level_' + note.level] }}</span>
            {{ note.message }} <span class="soft">{{ remedy(note) }}</span></li>
        </ul>
      </details>
    </section>`,
  methods: {
    shown(cell) {
      return this.marked ? cell.replace(SPACES, (space) => MARKS[space]) : cell;
    },
    // what names an option of the command line says nothing here
    remedy: (note) => (note.suggestion?.includes("--") ? "" : note.suggestion),
    kind: (note) => ({ error: "bad", warning: "warn", info: "info" })[note.level],
  },
};
