import { IconAlertTriangle } from "@tabler/icons-react";
import type { Consultation } from "@yunzhen/client";
import { Banner } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

/** The home has a more urgent resident for whom its box is not free while this call goes on. Whether to end is the doctor's, whether to hang up the nurse's. */
export function UrgentWaits({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation("app");
  const first = consultation.outranked_by?.[0];
  if (!first) return null;
  const { resident_name: name, specialist_name: doctor } = first;
  return (
    <div data-testid="urgent-waits">
      <Banner
        meaning="danger"
        icon={IconAlertTriangle}
        role="alert"
        title={t(name ? "consultations.picture.urgentWaits" : "consultations.picture.urgentWaitsUnnamed", { name })}
      >
        {doctor && <div>{t("consultations.picture.urgentDoctor", { name: doctor })}</div>}
        <div>{t("consultations.picture.urgentHint")}</div>
      </Banner>
    </div>
  );
}
