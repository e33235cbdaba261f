/**
 * What a scanner types when it reads the 2D code of a pack: a GS1 element string, either as printed `(01)…(17)…(10)…` or as transmitted, with the
 * separator GS (0x1D) behind fields of free length. Pure; what is no such string is named, never guessed.
 */
export interface Gs1 {
  gtin: string;
  /** yyyy-mm-dd. */
  expiry: string;
  batch: string;
  serial?: string;
}

export type Gs1Problem =
  | "empty"
  /** No element string at all: a price code, a web address, a drug trace code. */
  | "format"
  /** The article number's last digit does not fit: misread or forged. */
  | "check_digit"
  | "date"
  /** Article number, batch or expiry is not in it. */
  | "missing"
  /** The same field twice with different content. */
  | "contradiction";

export type Gs1Result = { ok: true; code: Gs1 } | { ok: false; problem: Gs1Problem };

const GS = "\u001d";
/** Fields on packs of medicine: length, or none when it is free up to 20 characters. */
const FIELDS: Record<string, number | undefined> = {
  "01": 14,
  "10": undefined,
  "11": 6,
  "15": 6,
  "17": 6,
  "21": undefined,
};
/** GS1's character set 82 for batches and serial numbers. */
const TEXT = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/;

export function parseGs1(typed: string, today: string): Gs1Result {
  // Symbology identifiers that scanners put in front: DataMatrix, QR, Code 128.
  const text = typed.trim().replace(/^\](?:d2|Q3|C1)/, "");
  if (text === "") return { ok: false, problem: "empty" };
  const fields = text.startsWith("(") ? printed(text) : transmitted(text);
  if (!fields) return { ok: false, problem: "format" };
  const found = new Map<string, string>();
  for (const [id, value] of fields) {
    if (found.has(id) && found.get(id) !== value) return { ok: false, problem: "contradiction" };
    found.set(id, value);
  }
  const [gtin, date, batch, serial] = ["01", "17", "10", "21"].map((id) => found.get(id));
  if (gtin === undefined || date === undefined || batch === undefined) return { ok: false, problem: "missing" };
  if (!fitsCheckDigit(gtin)) return { ok: false, problem: "check_digit" };
  const expiry = day(date, today);
  if (expiry === undefined) return { ok: false, problem: "date" };
  return { ok: true, code: { gtin, expiry, batch, ...(serial !== undefined && { serial }) } };
}

/** `(01)…(17)…`: a field ends where the next known one begins. */
function printed(text: string): [string, string][] | undefined {
  const marks = [...text.matchAll(/\((01|10|11|15|17|21)\)/g)];
  if (marks[0]?.index !== 0) return undefined;
  const fields = marks.map((mark, i): [string, string] => [
    mark[1] ?? "",
    text.slice(mark.index + mark[0].length, marks[i + 1]?.index ?? text.length).replaceAll(GS, ""),
  ]);
  return fields.every(([id, value]) => legal(id, value)) ? fields : undefined;
}

/** `01…17…10…␝21…`: fields of fixed length follow one another, a free one ends with GS or the text. */
function transmitted(text: string): [string, string][] | undefined {
  const fields: [string, string][] = [];
  let rest = text.replace(/^\u001d/, "");
  while (rest !== "") {
    const id = rest.slice(0, 2);
    if (!(id in FIELDS)) return undefined;
    const length = FIELDS[id];
    const end = length === undefined ? rest.indexOf(GS) : 2 + length;
    const value = rest.slice(2, end === -1 ? undefined : end);
    if (!legal(id, value)) return undefined;
    fields.push([id, value]);
    rest = end === -1 ? "" : rest.slice(end).replace(/^\u001d/, "");
  }
  return fields;
}

function legal(id: string, value: string): boolean {
  const length = FIELDS[id];
  return length === undefined ? TEXT.test(value) : value.length === length && /^\d+$/.test(value);
}

export function fitsCheckDigit(gtin: string): boolean {
  const sum = [...gtin].reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** YYMMDD as GS1 means it: within fifty years of today, and day 00 is the last of the month. */
function day(date: string, today: string): string | undefined {
  const now = Number(today.slice(0, 4));
  const [yy, mm, dd] = [date.slice(0, 2), date.slice(2, 4), date.slice(4, 6)].map(Number) as [number, number, number];
  let year = now - (now % 100) + yy;
  if (year - now > 50) year -= 100;
  else if (now - year >= 50) year += 100;
  const last = new Date(Date.UTC(year, mm, 0)).getUTCDate();
  if (mm < 1 || mm > 12 || dd > last) return undefined;
  return `${year}-${String(mm).padStart(2, "0")}-${String(dd === 0 ? last : dd).padStart(2, "0")}`;
}
