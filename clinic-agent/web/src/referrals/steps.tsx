import { Title } from "@mantine/core";
import type { TimelineStep } from "@yunzhen/client";
import { useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

/** What happened so far, in the words of referrals and rides. */
export function Steps({ steps }: { steps: readonly TimelineStep[] }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  return (
    <div className="nurse-timeline">
      <Title order={2} size="h3">
        {t("app:after.timeline")}
      </Title>
      <ol>
        {steps.map((step, place) => (
          <li key={`${step.step}${step.at}`} aria-current={place === steps.length - 1 ? "step" : undefined}>
            <strong>
              {i18n.exists(`app:referrals.step.${step.step}`) ? t(`app:referrals.step.${step.step}`) : step.step}
            </strong>
            <span className="nurse-dim">
              {formats.dateTime(step.at)}
              {step.who && ` · ${step.who}`}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
