import type { Drug } from "@yunzhen/client";
import { expect, test } from "vitest";
import { check, drugOf, parseCsv, readRows, template } from "./opening";

const drug = (id: string, name_zh: string, strength: string) =>
  ({ id, name_zh, name_en: id, strength, unit: "片" }) as Drug;
const catalogue = [drug("amlodipine-5mg", "氨氯地平片", "5 mg"), drug("amlodipine-10mg", "氨氯地平片", "10 mg")];
const TODAY = "2026-11-28";

const checked = (lines: string[]) => {
  const file = readRows(`${template()}${lines.join("\r\n")}`);
  if (!file.ok) throw new Error(file.problem.kind);
  return check(file.rows, (cells) => drugOf(cells, catalogue), TODAY);
};

test("a good line is a receipt", () => {
  const [line] = checked(["氨氯地平片,5mg,B1,2027-08-31,30,06901234567892"]);
  expect(line?.problems).toEqual([]);
  expect(line?.receipt).toEqual({
    drug_id: "amlodipine-5mg",
    batch: "B1",
    expiry: "2027-08-31",
    quantity: 30,
    gtin: "06901234567892",
  });
});

test("every bad line is named with everything that is wrong with it", () => {
  const lines = checked([
    "amlodipine-5mg,,B1,2027-08-31,30,",
    "氨氯地平片,,B2,2027-08-31,30,",
    "阿司匹林,,,2027-02-30,0,123",
    ",,B3,2026-11-27,1000000,06901234567893",
    "amlodipine-5mg,,B1,2027-08-31,5,",
  ]);
  expect(lines.map(({ line, problems }) => [line, problems])).toEqual([
    [2, []],
    [3, ["drug_ambiguous"]],
    [4, ["drug_unknown", "batch", "expiry_form", "quantity", "gtin"]],
    [5, ["drug_missing", "expired", "quantity", "gtin"]],
    [6, ["repeated"]],
  ]);
  expect(lines.filter(({ receipt }) => receipt !== undefined)).toHaveLength(1);
});

test("a file that is none is said to be none", () => {
  expect(readRows("a,b\r\n1,2")).toEqual({
    ok: false,
    problem: { kind: "columns", missing: ["药品", "批号", "有效期", "数量"] },
  });
  expect(readRows(template())).toEqual({ ok: false, problem: { kind: "empty" } });
  expect(readRows("")).toMatchObject({ ok: false });
  const many = Array.from({ length: 501 }, () => "a,b,c,d").join("\n");
  expect(readRows(`drug,batch,expiry,quantity\n${many}`)).toEqual({ ok: false, problem: { kind: "too_many" } });
});

test("quotes, commas and lines inside of them", () => {
  expect(parseCsv('a,"b, ""c""\nd"\r\n\r\n"e",f')).toEqual([
    { line: 1, fields: ["a", 'b, "c"\nd'] },
    { line: 4, fields: ["e", "f"] },
  ]);
});
