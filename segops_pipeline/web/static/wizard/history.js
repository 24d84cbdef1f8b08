// Undo and redo of what is immutable: each change puts a new state in the place of the one before.
const MOST = 200;

export class History {
  constructor(state) {
    this.past = [];
    this.present = state;
    this.future = [];
  }

  push(state) {
    this.past.push(this.present);
    if (this.past.length > MOST) this.past.shift();
    this.present = state;
    this.future = [];
  }

  undo() {
    if (!this.past.length) return null;
    this.future.push(this.present);
    return (this.present = this.past.pop());
  }

  redo() {
    if (!this.future.length) return null;
    this.past.push(this.present);
    return (this.present = this.future.pop());
  }
}
