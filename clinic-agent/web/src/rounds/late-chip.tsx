import { IconClockExclamation } from "@tabler/icons-react";
import { StatusChip } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

/** How much later than planned, in words; nothing to say within a minute. */
export function LateChip({ minutes, always }: { minutes: number; always?: boolean }) {
  const { t } = useTranslation();
  if (minutes >= 1) {
    return (
      <StatusChip meaning="person" icon={IconClockExclamation}>
        {t("app:rounds.late", { n: minutes })}
      </StatusChip>
    );
  }
  if (minutes <= -1) return <StatusChip meaning="waiting">{t("app:rounds.early", { n: -minutes })}</StatusChip>;
  return always ? <StatusChip meaning="done">{t("app:rounds.onTime")}</StatusChip> : null;
}
