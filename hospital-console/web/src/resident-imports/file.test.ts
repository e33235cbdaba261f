import { expect, it } from "vitest";
import { decodeText, formatOf, template } from "./file";

it("reads UTF-8 with and without its mark, and GB 18030", () => {
  expect(decodeText(new TextEncoder().encode("姓名,𠮷田㛃"))).toBe("姓名,𠮷田㛃");
  expect(decodeText(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe("a");
  expect(decodeText(new Uint8Array([0xd0, 0xd5, 0xc3, 0xfb]))).toBe("姓名");
});

it("knows a Bundle by what is in it", () => {
  expect(formatOf('\n {"resourceType":"Bundle"}')).toBe("fhir");
  expect(formatOf("姓名,身份证号,床位\n")).toBe("csv");
});

it("gives a template that names every column and registers nobody", () => {
  const [header, ...rest] = template().slice(1).split("\r\n");
  expect(header?.split(",")).toHaveLength(12);
  expect(header).toMatch(/^姓名,身份证号,床位,/);
  expect(rest).toEqual([""]);
});
