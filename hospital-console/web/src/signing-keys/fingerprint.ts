/** Fingerprints as people read them to one another. */

/** The first 128 bits of a digest in groups of four digits: as the relay writes them. */
export function fingerprint(sha256: string): string {
  return (sha256.slice(0, 32).match(/.{1,4}/g) ?? []).join(" ");
}

/** Does what was typed occur in name, device or fingerprint, however the groups were typed? */
export function matchesKey(
  key: { staff: { name: string }; device: string; key_sha256: string },
  typed: string,
): boolean {
  const wanted = typed.trim().toLocaleLowerCase();
  if (wanted === "") return true;
  const digits = wanted.replaceAll(/\s/g, "");
  return (
    `${key.staff.name} ${key.device}`.toLocaleLowerCase().includes(wanted) ||
    (/^[0-9a-f]+$/.test(digits) && key.key_sha256.includes(digits))
  );
}
