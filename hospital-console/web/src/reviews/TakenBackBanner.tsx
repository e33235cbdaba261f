import { Banner, useFormats } from "@yunzhen/client/ui";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { takenBack } from "./approvals";

/** What the prescriber did with an approved prescription, when and why; nothing where it was not taken back. */
export function TakenBackBanner({
  how,
  at,
  why,
}: {
  how: ReturnType<typeof takenBack>;
  at: string | undefined;
  why: string | undefined;
}) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  if (!how) return null;
  return (
    <div data-testid="taken-back-banner">
      <Banner
        meaning="person"
        icon={IconArrowBackUp}
        role="status"
        title={t(`reviews.approvals.back.${how}`, { time: at ? formats.dateTime(at) : "" })}
      >
        {why && t("reviews.approvals.why", { why })}
      </Banner>
    </div>
  );
}
