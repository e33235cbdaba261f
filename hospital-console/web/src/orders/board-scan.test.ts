import { expect, test } from "vitest";
import { orderOf } from "./board-scan";

const order = { id: "019b76da-a800-7000-8000-000400000001" };
const parcel = { id: "019b76da-a800-7000-8000-000500000001", prescription_id: order.id, parcel_code: "7KQ2MX9P" };
const found = (text: string) => orderOf(text, [order], [parcel]);

test("the labels of a parcel and of a medicine, and the code that a person reads, lead to the order", () => {
  const here = { ok: true, prescriptionId: order.id };
  expect(found("YZP1:019B76DAA80070008000000500000001:7KQ2MX9P:AB12")).toEqual(here);
  expect(found(` yzp1:${parcel.id}:7KQ2MX9P:AB12\r\n`)).toEqual(here);
  expect(found(`YZM:${order.id}:2`)).toEqual(here);
  expect(found("7kq2mx9p")).toEqual(here);
});

test("somebody else's label is told from what is none", () => {
  expect(found("YZP1:019B76DAA80070008000000500000009:7KQ2MX9P:AB12")).toEqual({ ok: false, problem: "not_here" });
  expect(found("YZM:019b76da-a800-7000-8000-000400000009:1")).toEqual({ ok: false, problem: "not_here" });
  expect(found("AAAAAAAA")).toEqual({ ok: false, problem: "not_here" });
  for (const text of ["", "YZR:1", "0106901234567892", "https://example.org"])
    expect(found(text)).toEqual({ ok: false, problem: "unreadable" });
});
