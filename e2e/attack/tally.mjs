/**
 * What was tried and what came of it. An attempt ends in one of three ways: `refused`, `form` (refused too, but for what was sent rather than for who sent it: it proves
 * less, so it is counted apart in the JSON), `through`.
 */
export class Tally {
  #rows = new Map();
  #notes = [];

  /** Counts one attempt; `what` is kept for those that came through. */
  add(attack, verdict, what) {
    const row = this.#rows.get(attack) ?? { attack, tried: 0, refused: 0, for_its_form: 0, through: [] };
    this.#rows.set(attack, row);
    row.tried += 1;
    if (verdict === "through") row.through.push(what);
    else row.refused += 1;
    if (verdict === "form") row.for_its_form += 1;
  }

  /** One attempt that is either refused or not. */
  check(attack, refused, what) {
    this.add(attack, refused ? "refused" : "through", what);
  }

  /** What a reader should know: something that this installation does not have, an id that nobody had. */
  note(text) {
    this.#notes.push(text);
  }

  get report() {
    const rows = [...this.#rows.values()];
    return { rows, notes: this.#notes };
  }
}

/** The table that a person reads, and whether nothing came through. */
export function print({ rows, notes }, say = console.log) {
  const width = Math.max(...rows.map(({ attack }) => attack.length), 6);
  const line = (name, ...cells) =>
    say(`  ${name.padEnd(width)} ${cells.map((cell) => String(cell).padStart(12)).join("")}`);
  line("attack", "tried", "refused", "let through");
  for (const { attack, tried, refused, through } of rows) line(attack, tried, refused, through.length);
  const sum = (of) => rows.reduce((all, row) => all + of(row), 0);
  const through = sum((row) => row.through.length);
  line(
    "all",
    sum((row) => row.tried),
    sum((row) => row.refused),
    through,
  );
  for (const row of rows) {
    for (const what of row.through.slice(0, 12)) say(`  LET THROUGH  ${row.attack}: ${what}`);
    if (row.through.length > 12) say(`  LET THROUGH  ${row.attack}: ${row.through.length - 12} more, in the JSON`);
  }
  for (const text of notes) say(`  note  ${text}`);
  return through === 0;
}
