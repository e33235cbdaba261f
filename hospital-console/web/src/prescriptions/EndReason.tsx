import type { Prescription } from "@yunzhen/client";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Why a prescription was refused or taken back, as pharmacist or prescriber said it; nothing while it stands. */
export function EndReason({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const { rejection, withdrawal_reason: reason } = prescription;
  if (rejection)
    return (
      <Text size="sm" data-testid="end-reason">
        {t("prescriptions.rejection", { code: t(`prescriptions.rejectCode.${rejection.code}`) })}
        {rejection.comment && ` · ${rejection.comment}`}
      </Text>
    );
  if (!reason) return null;
  return (
    <Text size="sm" data-testid="end-reason">
      {t("prescribing.repeat.reason", { reason })}
    </Text>
  );
}
