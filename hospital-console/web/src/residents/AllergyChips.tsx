import type { Resident } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { IconAlertOctagon, IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** What must never be overlooked. "None" only where somebody asked. */
export function AllergyChips({ resident }: { resident: Pick<Resident, "allergy_records" | "allergies_asked"> }) {
  const { t } = useTranslation("app");
  if (resident.allergy_records.length > 0) {
    return resident.allergy_records.map((allergy) => (
      <StatusChip key={allergy.substance} meaning="danger" icon={IconAlertOctagon}>
        {allergy.substance}
      </StatusChip>
    ));
  }
  return resident.allergies_asked ? (
    <StatusChip meaning="waiting" icon={IconShieldCheck}>
      {t("residents.noAllergies")}
    </StatusChip>
  ) : (
    <StatusChip meaning="person" icon={IconAlertTriangle}>
      {t("residents.allergiesNotAsked")}
    </StatusChip>
  );
}
