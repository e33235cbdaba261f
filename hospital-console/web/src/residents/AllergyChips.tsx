import { StatusChip } from "@yunzhen/client/ui";
import { IconAlertOctagon, IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** What must never be overlooked. "None" only where somebody asked. */
export function AllergyChips({ substances, asked }: { substances: readonly string[]; asked: boolean }) {
  const { t } = useTranslation("app");
  if (substances.length > 0) {
    return substances.map((substance) => (
      <StatusChip key={substance} meaning="danger" icon={IconAlertOctagon}>
        {substance}
      </StatusChip>
    ));
  }
  return asked ? (
    <StatusChip meaning="waiting" icon={IconShieldCheck}>
      {t("residents.noAllergies")}
    </StatusChip>
  ) : (
    <StatusChip meaning="person" icon={IconAlertTriangle}>
      {t("residents.allergiesNotAsked")}
    </StatusChip>
  );
}
