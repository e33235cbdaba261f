/** A PIN that the box would refuse, told as soon as it is typed and not after it was typed twice. Pure; the rule is `Pin::is_trivial` of the
 * domain, and the tests of both hold them against one list of all such PINs. */

/** One or two digits repeated, a group of two or three that comes again, a row up or down. */
export function isTrivialPin(pin: string): boolean {
  const digits = [...pin].map(Number);
  const repeats = (group: number) => digits.slice(group).every((digit, at) => digit === digits[at]);
  const row = (step: number) =>
    digits.slice(1).every((digit, at) => (digit - (digits[at] ?? 0) - step + 10) % 10 === 0);
  return new Set(digits).size <= 2 || repeats(2) || repeats(3) || row(1) || row(-1);
}
