import type { ImportReport } from "@yunzhen/client";
import { expect, it } from "vitest";
import { badLines, badLinesCsv, entryNumber, fieldParts, lineNumber, matchesBad } from "./report";

const report: ImportReport = {
  dry_run: true,
  total: 2,
  registered: [],
  duplicates: [],
  bad: [
    {
      place: "line 3",
      reasons: [
        { field: "id_number", message_zh: "校验位不对", message_en: "The check digit is wrong" },
        { field: "conditions[1].since", message_zh: "日期不对", message_en: "The date is wrong" },
      ],
    },
  ],
};

it("gives one line for each reason, in the reader's language", () => {
  expect(badLines(report, "en").map((line) => line.reason)).toEqual(["The check digit is wrong", "The date is wrong"]);
  expect(badLines(report, "zh").map((line) => line.place)).toEqual(["line 3", "line 3"]);
});

it("finds lines by place, field and reason", () => {
  const [first] = badLines(report, "zh");
  const words = { place: "第 3 行", field: "身份证号" };
  const found = (typed: string) => first !== undefined && matchesBad(first, words, typed);
  expect([found("第 3"), found("身份证"), found("校验"), found("ID_NUMBER"), found("床位")]).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
});

it("says where and what", () => {
  expect([lineNumber("line 12"), lineNumber("Patient/p1")]).toEqual([12, undefined]);
  expect(fieldParts("conditions[1].since")).toEqual({ name: "conditions", index: 2 });
  expect([entryNumber("entry[7]"), entryNumber("Patient/p1")]).toEqual([8, undefined]);
  expect(fieldParts("resourceType")).toEqual({ name: "resourceType" });
  expect(fieldParts("id_number")).toEqual({ name: "id_number" });
  expect(fieldParts("")).toEqual({ name: "" });
});

it("quotes what a table would break on", () => {
  expect(badLinesCsv(["a", "b"], [['x "y"', "1,2"]])).toBe('\uFEFF"a","b"\r\n"x ""y""","1,2"\r\n');
});
