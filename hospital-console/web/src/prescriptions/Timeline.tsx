import type { TimelineStep } from "@yunzhen/client";
import { useFormats } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./prescriptions.module.css";

/** What happened to it so far, by whom, when. */
export function Timeline({ entries }: { entries: readonly TimelineStep[] }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <ol className={classes.timeline} aria-label={t("prescriptions.timeline")}>
      {entries.map((entry, index) => (
        <li key={index}>
          <Text size="sm">
            {t(`shared:step.${entry.step}`, { defaultValue: entry.step })}
            {entry.who && (
              <Text component="span" size="sm" c="dimmed">
                {" "}
                {entry.who}
              </Text>
            )}
          </Text>
          <Text size="sm" c="dimmed">
            {formats.dateTime(entry.at)}
          </Text>
        </li>
      ))}
    </ol>
  );
}
