/** What happened that explains a curve: medicines begun, consultations. Numbered, so that the list below the curves says which tick is which. Pure. */
import type { Resident } from "../api/types";
import { nameIn } from "../i18n/names";

export interface ChartMark {
  no: number;
  at: string;
  kind: "medicine" | "consultation";
  /** Name of the medicine, or the reason of the consultation. */
  what: string;
}

export function marksOf(
  chart: Pick<Resident, "medicines" | "consultations">,
  { from, to }: { from: number; to: number },
  language: string,
): ChartMark[] {
  const medicines = chart.medicines.map((medicine) => ({
    // A day without a time is drawn at noon, so that it stays on its day in every zone near the home's.
    at: `${medicine.since}T12:00:00`,
    kind: "medicine" as const,
    what: [nameIn(medicine, language), medicine.dose_text].filter((text) => text !== "").join(" "),
  }));
  const consultations = chart.consultations.flatMap((consultation) =>
    consultation.began_at
      ? [{ at: consultation.began_at, kind: "consultation" as const, what: consultation.reason }]
      : [],
  );
  return [...medicines, ...consultations]
    .filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map((mark, position) => ({ no: position + 1, ...mark }));
}
