import type { Finding } from "@yunzhen/client";
import { useNames } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FindingChip } from "../common/chips";
import { worstFirst } from "./draft";
import classes from "./prescriptions.module.css";

/** Safety answers, worst first; advice, source, rule and the age of the creatinine on demand. */
export function FindingList({
  findings,
  open = false,
  reasoned = false,
}: {
  findings: readonly Finding[];
  open?: boolean;
  /** The reason that a finding asks for is given. */
  reasoned?: boolean;
}) {
  const { t, i18n } = useTranslation("app");
  const names = useNames();
  const zh = i18n.language.startsWith("zh");
  const shown = worstFirst(findings);
  if (shown.length === 0) return null;
  return (
    <ul className={classes.findings}>
      {shown.map((finding, index) => (
        <li
          key={index}
          data-severity={finding.severity}
          data-outcome={finding.outcome}
          data-testid={`finding-${finding.severity}`}
        >
          <FindingChip finding={finding} reasoned={reasoned} />
          <div>
            <Text size="sm">{zh ? finding.message_zh : finding.message_en}</Text>
            <details open={open}>
              <summary>{t("prescriptions.finding.details")}</summary>
              <Text size="sm">
                {t("prescriptions.finding.action")}: {zh ? finding.action_zh : finding.action_en}
              </Text>
              <Text size="sm" c="dimmed">
                {t("prescriptions.finding.source")}: {names.source(finding)}
              </Text>
              {finding.rule_id && (
                <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {t("prescriptions.finding.rule", {
                    id: finding.rule_id,
                    version: finding.rule_version ?? "",
                    date: finding.rule_date ?? "",
                  })}
                </Text>
              )}
              {finding.creatinine_days != null && (
                <Text size="sm" c="dimmed">
                  {t("prescriptions.finding.creatinine", { count: finding.creatinine_days })}
                </Text>
              )}
            </details>
          </div>
        </li>
      ))}
    </ul>
  );
}
