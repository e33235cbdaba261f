import { expect, it } from "vitest";
import { fingerprint, matchesKey } from "./fingerprint";

const key = {
  staff: { name: "陈立诚" },
  device: "Chrome · Windows",
  key_sha256: "00112233445566778899aabbccddeeff00ff",
};

it("is read in eight groups of four", () => {
  expect(fingerprint(key.key_sha256)).toBe("0011 2233 4455 6677 8899 aabb ccdd eeff");
});

it("is found by name, device and digits, with or without spaces", () => {
  for (const typed of ["", "立诚", "chrome", "2233 4455", "22334455", "AABB"])
    expect(matchesKey(key, typed), typed).toBe(true);
  for (const typed of ["王", "ffff ffff"]) expect(matchesKey(key, typed), typed).toBe(false);
});
