import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { Call, Consultation } from "@yunzhen/client";
import { Banner } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

/** During a call: a more urgent resident waits for the box, and the one press that hands it over. Nobody is taken out of the call without it. */
export function UrgentWaits({ call, waiting }: { call: Call; waiting: Consultation["outranked_by"] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const first = waiting?.[0];
  if (!first) return null;
  const { consultation_id: id, resident_name: name, bed, specialist_name: doctor } = first;
  const handOver = (): void => {
    call.hangUp();
    void navigate(id ? `/consultations/${id}` : "/");
  };
  return (
    <div data-testid="urgent-waits">
      <Banner
        meaning="danger"
        icon={IconAlertTriangle}
        role="alert"
        title={name ? t("app:call.urgentWaits", { name, bed }) : t("app:call.urgentWaitsUnnamed")}
        action={
          <Button size="lg" color="red" onClick={handOver} data-testid="hand-over-box">
            {t("app:call.handOver")}
          </Button>
        }
      >
        <div>{doctor ? t("app:call.urgentDoctor", { name: doctor }) : t("app:call.urgentNoDoctor")}</div>
        <div>{t("app:call.handOverHint")}</div>
      </Banner>
    </div>
  );
}
