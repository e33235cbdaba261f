import type { i18n } from "i18next";

/** What the relay writes where a resident has no bed yet (`NO_BED`): a word, which takes no "bed" beside it. */
export const NO_BED = "待分配";

/** `{{bed, bed}}` at the beginning of a line, `{{bed, lowerBed}}` within one. */
export function addBedFormats({ services }: i18n): void {
  const zh = (bed: unknown): string => (bed === NO_BED ? "床位待分配" : `${String(bed)} 床`);
  const en = (bed: unknown): string => (bed === NO_BED ? "Bed not assigned" : `Bed ${String(bed)}`);
  services.formatter?.add("bed", (bed, language) => (language === "en" ? en(bed) : zh(bed)));
  services.formatter?.add("lowerBed", (bed, language) => (language === "en" ? en(bed).replace(/^B/, "b") : zh(bed)));
}
