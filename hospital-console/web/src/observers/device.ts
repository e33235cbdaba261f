/** What this browser knows and no other: a link that was forwarded does not open a second time. Kept for the link's own time at most, by the link. */
const PREFIX = "yz.guest.";

export function deviceOf(token: string, storage: Pick<Storage, "getItem" | "setItem">): string {
  const name = PREFIX + token;
  const known = storage.getItem(name);
  if (known) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  storage.setItem(name, made);
  return made;
}
