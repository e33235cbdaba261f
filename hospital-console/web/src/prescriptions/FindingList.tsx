import type { Finding } from "@yunzhen/client";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FindingChip } from "../common/chips";
import { worstFirst } from "./draft";
import classes from "./prescriptions.module.css";

/** Safety answers, worst first; source and advice on demand. */
export function FindingList({ findings, open = false }: { findings: readonly Finding[]; open?: boolean }) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  const shown = worstFirst(findings);
  if (shown.length === 0) return null;
  return (
    <ul className={classes.findings}>
      {shown.map((finding, index) => (
        <li key={index} data-severity={finding.severity} data-testid={`finding-${finding.severity}`}>
          <FindingChip finding={finding} />
          <div>
            <Text size="sm">{zh ? finding.message_zh : finding.message_en}</Text>
            <details open={open}>
              <summary>{t("prescriptions.finding.details")}</summary>
              <Text size="sm">
                {t("prescriptions.finding.action")}: {zh ? finding.action_zh : finding.action_en}
              </Text>
              <Text size="sm" c="dimmed">
                {t("prescriptions.finding.source")}: {finding.source}
              </Text>
            </details>
          </div>
        </li>
      ))}
    </ul>
  );
}
