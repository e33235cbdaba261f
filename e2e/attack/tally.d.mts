export interface Row {
  attack: string;
  tried: number;
  refused: number;
  for_its_form: number;
  through: string[];
}
export interface Report {
  rows: Row[];
  notes: string[];
  /** Of the part without a browser: what the browser opens, by who opens it. */
  screens?: Record<string, string[]>;
}
export class Tally {
  add(attack: string, verdict: "refused" | "form" | "through", what: string): void;
  check(attack: string, refused: boolean, what: string): void;
  note(text: string): void;
  get report(): Report;
}
export function print(report: Report, say?: (line: string) => void): boolean;
