import { IconActivityHeartbeat } from "@tabler/icons-react";
import type { EarlyWarningBand, EarlyWarningScore, Meaning } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

const MEANING: Record<EarlyWarningBand, Meaning> = {
  low: "done",
  low_medium: "person",
  medium: "person",
  high: "danger",
};

/** The early-warning score in a word. Without a total it says "at least": an incomplete score is never a low one. */
export function WarningChip({ score }: { score: Pick<EarlyWarningScore, "total" | "band" | "at_least"> }) {
  const { t } = useTranslation();
  const points =
    score.total === undefined || score.total === null
      ? t("app:residents.warning.atLeast", { n: score.at_least })
      : t("app:residents.warning.total", { n: score.total });
  return (
    <StatusChip meaning={score.band ? MEANING[score.band] : "waiting"} icon={IconActivityHeartbeat}>
      {points} {score.band ? t(`app:residents.warning.band.${score.band}`) : t("app:residents.warning.incomplete")}
    </StatusChip>
  );
}
