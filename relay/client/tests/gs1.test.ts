import { describe, expect, it } from "vitest";
import { fitsCheckDigit, parseGs1 } from "../src/scan/gs1";

const TODAY = "2026-11-23";
const GTIN = "06901234567892";

/** A generator of the same numbers each time (xorshift). */
function dice(seed: number) {
  let x = seed;
  return (n: number) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

const CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789-./_+:;<=>?!%&'*,";

function gtinOf(body: string): string {
  const sum = [...body].reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
  return body + String((10 - (sum % 10)) % 10);
}

describe("a GS1 element string", () => {
  it("reads what is printed and what is transmitted alike, for any batch, date and article number", () => {
    const roll = dice(20261123);
    for (let n = 0; n < 2000; n += 1) {
      const gtin = gtinOf(Array.from({ length: 13 }, () => String(roll(10))).join(""));
      const word = () => Array.from({ length: 1 + roll(20) }, () => CHARACTERS[roll(CHARACTERS.length)]).join("");
      const [batch, serial] = [word(), word()];
      const month = 1 + roll(12);
      const year = 2020 + roll(30);
      const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
      const date = roll(last + 1);
      const two = (value: number) => String(value).padStart(2, "0");
      const yymmdd = two(year % 100) + two(month) + two(date);
      const expiry = `${year}-${two(month)}-${two(date === 0 ? last : date)}`;
      const code = { gtin, expiry, batch, serial };
      for (const text of [
        `(01)${gtin}(17)${yymmdd}(10)${batch}(21)${serial}`,
        `(21)${serial}(10)${batch}(01)${gtin}(17)${yymmdd}`,
        `]d201${gtin}17${yymmdd}10${batch}\u001d21${serial}`,
        `\u001d10${batch}\u001d21${serial}\u001d01${gtin}17${yymmdd}\r`,
      ]) {
        expect(parseGs1(text, TODAY), text).toEqual({ ok: true, code });
      }
      // One digit misread or forged: never taken for another article.
      const place = roll(14);
      const forged = gtin.slice(0, place) + String((Number(gtin[place]) + 1 + roll(9)) % 10) + gtin.slice(place + 1);
      expect(parseGs1(`(01)${forged}(17)${yymmdd}(10)${batch}`, TODAY)).toEqual({ ok: false, problem: "check_digit" });
    }
  });

  it("never throws and never takes noise for a pack", () => {
    const roll = dice(7);
    for (let n = 0; n < 5000; n += 1) {
      const noise = Array.from({ length: roll(60) }, () =>
        String.fromCharCode(roll(4) === 0 ? roll(0x3000) : 32 + roll(95)),
      );
      const read = parseGs1(noise.join(""), TODAY);
      expect(read.ok && !fitsCheckDigit(read.code.gtin)).toBe(false);
    }
  });

  it.each([
    ["", "empty"],
    ["6901234567892", "format"],
    ["https://example.org/01/06901234567892", "format"],
    ["81234567890123456789", "format"],
    [`(01)${GTIN}(10)B1`, "missing"],
    [`(17)280131(10)B1`, "missing"],
    [`(01)${GTIN}(17)281331(10)B1`, "date"],
    [`(01)${GTIN}(17)280230(10)B1`, "date"],
    [`(01)${GTIN}(17)2801(10)B1`, "format"],
    [`(01)${GTIN}(17)280131(10)${"B".repeat(21)}`, "format"],
    [`(01)${GTIN}(17)280131(10)`, "format"],
    [`(01)${GTIN}(17)280131(10)B1(10)B2`, "contradiction"],
    [`(01)06901234567893(17)280131(10)B1`, "check_digit"],
    [`(01)${GTIN}(17)280131(10)批号`, "format"],
  ])("refuses %j: %s", (text, problem) => {
    expect(parseGs1(text, TODAY)).toEqual({ ok: false, problem });
  });

  it("takes years within fifty of today", () => {
    const year = (yy: string) => {
      const read = parseGs1(`(01)${GTIN}(17)${yy}0101(10)B`, TODAY);
      return read.ok ? read.code.expiry.slice(0, 4) : read.problem;
    };
    expect([year("76"), year("77"), year("99"), year("00")]).toEqual(["2076", "1977", "1999", "2000"]);
  });
});
