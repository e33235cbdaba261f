import { Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { clock, minutesBetween } from "./time";
import { useNow } from "@yunzhen/client/ui";

/** A duration until now in words; the clock time on hover. */
export function useDuration(): (since: string) => string {
  const { t } = useTranslation("app");
  const now = useNow();
  return (since) => {
    const minutes = minutesBetween(since, now);
    return minutes < 60
      ? t("consultations.minutes", { count: minutes })
      : t("consultations.hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
  };
}

export function Wait({ since, late = 20 }: { since: string; late?: number }) {
  const { i18n } = useTranslation("app");
  const duration = useDuration();
  const isLate = minutesBetween(since, useNow()) >= late;
  return (
    <Tooltip label={clock(since, i18n.language)}>
      <Text
        component="span"
        style={{ whiteSpace: "nowrap" }}
        fw={isLate ? 700 : 400}
        c={isLate ? "var(--yz-person-text)" : undefined}
      >
        {duration(since)}
      </Text>
    </Tooltip>
  );
}
