/** A file of residents before it is sent: its size, its encoding, its kind. */
import type { ImportFormat } from "@yunzhen/client";

/** The server's bound; told before anything is sent. */
export const MOST_BYTES = 720 * 1024;

/** Spreadsheets on Chinese desktops still write GB 18030; whatever is not UTF-8 is read as that. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** By what is in it, not by its name: a Bundle is a JSON object, everything else is a table. */
export function formatOf(text: string): ImportFormat {
  return text.trimStart().startsWith("{") ? "fhir" : "csv";
}

/** In the order of the template; the server knows them by these Chinese names. */
export const COLUMNS = [
  { name: "姓名", key: "name", needed: true },
  { name: "身份证号", key: "idNumber", needed: true },
  { name: "床位", key: "bed", needed: true },
  { name: "性别", key: "sex", needed: false },
  { name: "出生日期", key: "birthDate", needed: false },
  { name: "拼音", key: "pinyin", needed: false },
  { name: "联系人", key: "contactName", needed: false },
  { name: "关系", key: "contactRelation", needed: false },
  { name: "联系电话", key: "contactPhone", needed: false },
  { name: "过敏", key: "allergies", needed: false },
  { name: "诊断", key: "conditions", needed: false },
  { name: "用药", key: "medicines", needed: false },
] as const;

/** Header only: an example line would be registered as a resident. The mark tells spreadsheets that it is UTF-8. */
export const template = (): string => `\uFEFF${COLUMNS.map((column) => column.name).join(",")}\r\n`;
