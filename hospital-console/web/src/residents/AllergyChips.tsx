import { allergensIn, type Allergens } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { IconAlertOctagon, IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** What must never be overlooked. "None" only where somebody asked. */
export function AllergyChips({ of }: { of: Allergens & { allergies_asked: boolean } }) {
  const { t, i18n } = useTranslation("app");
  if (of.allergies.length > 0) {
    return allergensIn(of, i18n.language).map((substance) => (
      <StatusChip key={substance} meaning="danger" icon={IconAlertOctagon}>
        {substance}
      </StatusChip>
    ));
  }
  return of.allergies_asked ? (
    <StatusChip meaning="waiting" icon={IconShieldCheck}>
      {t("residents.noAllergies")}
    </StatusChip>
  ) : (
    <StatusChip meaning="person" icon={IconAlertTriangle}>
      {t("residents.allergiesNotAsked")}
    </StatusChip>
  );
}
