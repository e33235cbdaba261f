import { ApiError } from "@yunzhen/client";
import { expect, it } from "vitest";
import { saidAt } from "../src/said-at";

it("finds what the relay says of one field, and nothing of another or before there is an answer", () => {
  const error = new ApiError({
    title: "Invalid",
    status: 422,
    code: "validation",
    fields: [{ path: "carrier.phone", message: "电话必填" }],
  });
  expect(["carrier.phone", "carrier", "phone"].map((path) => saidAt(error, path))).toEqual([
    "电话必填",
    undefined,
    undefined,
  ]);
  expect(saidAt(null, "carrier.phone")).toBeUndefined();
});
