/** A file of what stands on the shelf: lines to goods receipts, or what is wrong with each. Pure; which drug a name means is told from outside. */
import { fitsCheckDigit, type Drug, type GoodsReceipt } from "@yunzhen/client";

/** The server's bounds, told before anything is sent. */
export const MOST_LINES = 500;
const MOST_UNITS = 100_000;
const MOST_BATCH = 40;

export const COLUMNS = [
  { key: "drug", names: ["药品", "drug"], needed: true },
  { key: "strength", names: ["规格", "strength"], needed: false },
  { key: "batch", names: ["批号", "batch"], needed: true },
  { key: "expiry", names: ["有效期", "expiry"], needed: true },
  { key: "quantity", names: ["数量", "quantity"], needed: true },
  { key: "gtin", names: ["商品条码", "gtin"], needed: false },
] as const;
type Column = (typeof COLUMNS)[number]["key"];

/** Header only: an example line would be taken in. The mark tells spreadsheets that it is UTF-8. */
export const template = (): string => `\uFEFF${COLUMNS.map((column) => column.names[0]).join(",")}\r\n`;

export type LineProblem =
  | "drug_missing"
  | "drug_unknown"
  | "drug_ambiguous"
  | "batch"
  | "expiry_form"
  | "expired"
  | "quantity"
  | "gtin"
  | "repeated";

export type FileProblem = { kind: "columns"; missing: string[] } | { kind: "empty" } | { kind: "too_many" };

/** A line as it is written, with its number in the file. */
export interface Row {
  line: number;
  cells: Record<Column, string>;
}

export interface Checked {
  line: number;
  cells: Record<Column, string>;
  drug?: Drug;
  receipt?: GoodsReceipt;
  problems: LineProblem[];
}

/** The fields of a table of comma-separated values (RFC 4180), each record with the line where it begins. */
export function parseCsv(text: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  let line = 1;
  let begun = 1;
  const end = (): void => {
    fields.push(field.trim());
    if (fields.some((one) => one !== "")) records.push({ line: begun, fields });
    fields = [];
    field = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "\n") line += 1;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && field.trim() === "") {
      quoted = true;
      field = "";
    } else if (letter === ",") {
      fields.push(field.trim());
      field = "";
    } else if (letter === "\n") {
      end();
      begun = line;
    } else if (letter !== "\r") field += letter;
  }
  end();
  return records;
}

/** The rows of a file, or why it is none. */
export function readRows(text: string): { ok: true; rows: Row[] } | { ok: false; problem: FileProblem } {
  const [head, ...records] = parseCsv(text.replace(/^\uFEFF/, ""));
  const names = (head?.fields ?? []).map((name) => name.toLowerCase());
  const place = new Map(
    COLUMNS.map(({ key, names: known }) => [key, names.findIndex((name) => known.some((one) => one === name))]),
  );
  const missing = COLUMNS.filter(({ key, needed }) => needed && (place.get(key) ?? -1) < 0).map(
    ({ names: [zh] }) => zh,
  );
  if (missing.length > 0) return { ok: false, problem: { kind: "columns", missing } };
  if (records.length === 0) return { ok: false, problem: { kind: "empty" } };
  if (records.length > MOST_LINES) return { ok: false, problem: { kind: "too_many" } };
  const cell = (fields: readonly string[], key: Column): string => fields[place.get(key) ?? -1] ?? "";
  const rows = records.map(({ line, fields }) => ({
    line,
    cells: Object.fromEntries(COLUMNS.map(({ key }) => [key, cell(fields, key)])) as Record<Column, string>,
  }));
  return { ok: true, rows };
}

/** The drug that a name or id and a strength mean, among those that the catalogue found for it. */
export function drugOf({ drug, strength }: Row["cells"], found: readonly Drug[]): Drug | "unknown" | "ambiguous" {
  const same = (a: string, b: string): boolean =>
    a.toLowerCase().replaceAll(" ", "") === b.toLowerCase().replaceAll(" ", "");
  const fitting = found.filter(
    (one) =>
      (same(one.id, drug) || same(one.name_zh, drug) || same(one.name_en, drug)) &&
      (strength === "" || same(one.strength, strength)),
  );
  if (fitting.length > 1) return "ambiguous";
  return fitting[0] ?? "unknown";
}

const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
};

/** Every line with everything that is wrong with it; `today` is the pharmacy's. */
export function check(
  rows: readonly Row[],
  drugs: (cells: Row["cells"]) => Drug | "unknown" | "ambiguous",
  today: string,
): Checked[] {
  const seen = new Set<string>();
  return rows.map(({ line, cells }) => {
    const problems: LineProblem[] = [];
    const drug = cells.drug === "" ? undefined : drugs(cells);
    if (drug === undefined) problems.push("drug_missing");
    else if (drug === "unknown" || drug === "ambiguous") problems.push(`drug_${drug}`);
    const { batch, expiry, gtin } = cells;
    if (batch === "" || [...batch].length > MOST_BATCH) problems.push("batch");
    if (!isDay(expiry)) problems.push("expiry_form");
    else if (expiry < today) problems.push("expired");
    const quantity = /^\d+$/.test(cells.quantity) ? Number(cells.quantity) : 0;
    if (quantity < 1 || quantity > MOST_UNITS) problems.push("quantity");
    if (gtin !== "" && !(/^\d{14}$/.test(gtin) && fitsCheckDigit(gtin))) problems.push("gtin");
    const known = typeof drug === "object" ? drug : undefined;
    const key = `${known?.id ?? cells.drug} ${batch}`;
    if (seen.has(key)) problems.push("repeated");
    seen.add(key);
    return {
      line,
      cells,
      problems,
      drug: known,
      receipt:
        known && problems.length === 0
          ? { drug_id: known.id, batch, expiry, quantity, gtin: gtin === "" ? undefined : gtin }
          : undefined,
    };
  });
}
