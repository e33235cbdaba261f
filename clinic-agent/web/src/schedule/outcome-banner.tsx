import { Button } from "@mantine/core";
import { IconCalendarX, IconRotateClockwise } from "@tabler/icons-react";
import type { Consultation } from "@yunzhen/client";
import { Banner } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** What follows when a consultation did not come to its end: rebooked by itself, or to be booked again. */
export function OutcomeBanner({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation();
  if (consultation.rebooked_as) {
    return (
      <Banner
        meaning="person"
        icon={IconRotateClockwise}
        action={
          <Button component={Link} to={`/consultations/${consultation.rebooked_as}`} size="lg" variant="default">
            {t("app:schedule.toRebooked")}
          </Button>
        }
      >
        {t("app:schedule.rebooked")}
      </Banner>
    );
  }
  if (consultation.state !== "no_show") return null;
  const { resident, specialist } = consultation;
  const with_ = specialist ? `&specialist=${specialist.id}` : "";
  return (
    <Banner
      meaning="person"
      icon={IconCalendarX}
      action={
        <Button component={Link} to={`/schedule/book?resident=${resident.id}${with_}`} size="lg" variant="default">
          {t("app:schedule.bookAgain")}
        </Button>
      }
    >
      {t("app:schedule.noShow")}
    </Banner>
  );
}
