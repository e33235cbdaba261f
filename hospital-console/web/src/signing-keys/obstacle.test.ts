import type { SigningKeyState } from "@yunzhen/client";
import { expect, test } from "vitest";
import { obstacleOf } from "./obstacle";

const key = (key_sha256: string, state: SigningKeyState) => ({ key_sha256, state });

test("a sheet offered a signature with a key that waits or is revoked, and said so only after the password", () => {
  for (const state of ["requested", "refused", "revoked"] as const) {
    expect(obstacleOf("aa", [key("bb", "approved"), key("aa", state)])).toBe(state);
  }
  expect(obstacleOf("aa", [key("bb", "revoked"), key("aa", "approved")])).toBeUndefined();
});

test("a browser without a key, or with one that nobody asked for, asks for it by signing", () => {
  expect(obstacleOf(null, [key("aa", "revoked")])).toBeUndefined();
  expect(obstacleOf(undefined, [key("aa", "revoked")])).toBeUndefined();
  expect(obstacleOf("aa", [])).toBeUndefined();
});
