import type { Finding, Meaning, Urgency } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClipboardOff,
  IconInfoCircle,
  IconUrgent,
  IconZoomQuestion,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export const FINDING: Record<Finding["severity"], [Meaning, Icon]> = {
  block: ["danger", IconBan],
  hard_stop: ["danger", IconAlertTriangle],
  warn: ["person", IconAlertTriangle],
  info: ["waiting", IconInfoCircle],
};

/** What could not be checked has a mark of its own: it is neither an alert nor clear. */
const UNCHECKED: Partial<Record<Finding["outcome"], Icon>> = {
  not_covered: IconZoomQuestion,
  input_missing: IconClipboardOff,
};

/** Only urgency is worth a mark; routine is the silence around it. */
export function UrgencyChip({ urgency }: { urgency: Urgency }) {
  const { t } = useTranslation("app");
  if (urgency !== "urgent") return null;
  return (
    <StatusChip meaning="danger" icon={IconUrgent}>
      {t("shared:urgency.urgent")}
    </StatusChip>
  );
}

/** What a safety answer means for the person: "not covered" never reads as "nothing found". */
export function FindingChip({
  finding,
  reasoned = false,
}: {
  finding: Pick<Finding, "severity" | "outcome">;
  /** The reason that it asks for is given. */
  reasoned?: boolean;
}) {
  const { t } = useTranslation("app");
  if (finding.outcome === "clear") {
    return (
      <StatusChip meaning="done" icon={IconCircleCheck}>
        {t("prescriptions.finding.clear")}
      </StatusChip>
    );
  }
  const [meaning, icon] = FINDING[finding.severity];
  return (
    <StatusChip meaning={meaning} icon={UNCHECKED[finding.outcome] ?? icon}>
      {finding.outcome === "alert"
        ? t(`prescriptions.finding.${reasoned && finding.severity === "hard_stop" ? "reasoned" : finding.severity}`)
        : t(`prescriptions.finding.${finding.outcome}`)}
    </StatusChip>
  );
}
