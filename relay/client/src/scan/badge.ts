/** The badge by which a nurse takes over a shared tablet: a card with a 2D code of 130 random bits, which means nothing until she shows it beside her password. Pure. */

const PREFIX = "YZB1";
/** Crockford's: capitals and digits, which every scanner types the same and a 2D code holds in little room. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS = 26;
const CODE = new RegExp(`^${PREFIX}[${ALPHABET}]{${SYMBOLS}}$`);

/** A new one, from as many random bytes as it has symbols. */
export function newBadge(random: Uint8Array): string {
  if (random.length < SYMBOLS) throw new RangeError("a badge needs 26 random bytes");
  return PREFIX + Array.from(random.slice(0, SYMBOLS), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

export const isBadge = (code: string): boolean => CODE.test(code.trim().toUpperCase());

/** What a wedge scanner has typed so far; nothing: what came was no badge, or is long ago. */
export interface Typed {
  text: string;
  at: number;
}

/** A scanner types a key every few milliseconds, slow ones every 50. */
const PAUSE_MS = 200;

/**
 * One more key. `taken`: it belongs to a badge, and the page must not hear it, because its digits would count as a PIN. A badge begins with a letter, which nothing else
 * on a locked page does.
 */
export function typeKey(
  before: Typed | undefined,
  key: string,
  now: number,
): { typed?: Typed; taken: boolean; badge?: string } {
  const goesOn = before !== undefined && now - before.at <= PAUSE_MS;
  if (key === "Shift" || key === "CapsLock")
    return { typed: goesOn ? { ...before, at: now } : undefined, taken: false };
  if (goesOn && key === "Enter") {
    return isBadge(before.text) ? { taken: true, badge: before.text.toUpperCase() } : { taken: true };
  }
  if (key.length !== 1) return { taken: false };
  if (goesOn) return { typed: { text: (before.text + key).slice(0, 64), at: now }, taken: true };
  return key.toUpperCase() === PREFIX[0] ? { typed: { text: key, at: now }, taken: true } : { taken: false };
}
