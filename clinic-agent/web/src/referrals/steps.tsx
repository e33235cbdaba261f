import { Title } from "@mantine/core";
import type { TimelineStep } from "@yunzhen/client";
import { useTranslation } from "react-i18next";
import { StepList } from "../visit/step-list";

/** What happened so far, in the words of referrals and rides. */
export function Steps({ steps }: { steps: readonly TimelineStep[] }) {
  const { t } = useTranslation();
  return (
    <div className="nurse-timeline">
      <Title order={2} size="h3">
        {t("app:after.timeline")}
      </Title>
      <StepList steps={steps} words="app:referrals.step" />
    </div>
  );
}
