/** A prescription that its prescriber withdrew: by whom, when, why, and what the reader does now. */
import { Text } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { TimelineStep } from "../api/types";
import { useFormats } from "./hooks";
import { Banner } from "./states";

/** The step of the withdrawal, of the prescription itself or of its parcel. */
export const withdrawnIn = (timeline: readonly TimelineStep[]): TimelineStep | undefined =>
  timeline.filter(({ step }) => step === "cancel" || step === "stop").at(-1);

export function WithdrawnBanner({
  title,
  timeline,
  reason,
  children,
}: {
  title: string;
  timeline: readonly TimelineStep[];
  reason?: string | undefined;
  /** What to do. */
  children?: ReactNode;
}) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const step = withdrawnIn(timeline);
  return (
    <Banner meaning="danger" icon={IconHandStop} title={title} role="alert">
      {children}
      {step && <Text>{t("parcel.withdrawn.by", { who: step.who ?? "", time: formats.dateTime(step.at) })}</Text>}
      {reason && <Text>{t("parcel.withdrawn.reason", { reason })}</Text>}
    </Banner>
  );
}
