import { nameIn } from "@yunzhen/client";
import { Button } from "@mantine/core";
import { IconAlertOctagon } from "@tabler/icons-react";
import { Banner, useStrength } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { isToAnswer, useRecalls } from "./use-recalls";

/** On every screen until the home has answered: what must not be given any more. */
export function RecallNotice() {
  const { t, i18n } = useTranslation();
  const strength = useStrength();
  const { pathname } = useLocation();
  const recalls = useRecalls();
  const open = (recalls.data?.items ?? []).filter(isToAnswer);
  const [first] = open;
  if (!first || pathname.startsWith("/recalls")) return null;
  const en = i18n.language === "en";
  return (
    <div className="nurse-notice" data-testid="recall-notice">
      <Banner
        meaning="danger"
        icon={IconAlertOctagon}
        role="alert"
        title={t("app:recalls.notice")}
        action={
          <Button component={Link} to={`/recalls/${first.id}`} color="red" size="lg">
            {t("app:recalls.open")}
          </Button>
        }
      >
        {open
          .map((recall) =>
            t("app:recalls.noticeLine", {
              name: `${nameIn(recall, i18n.language)} ${strength(recall.strength)}`,
              batch: recall.batch,
            }),
          )
          .join(en ? "; " : "；")}
      </Banner>
    </div>
  );
}
