import { IconCloudOff } from "@tabler/icons-react";
import { StatusChip } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

/** In the place of the relay's state while the count of a parcel waits on this box. */
export function CountedChip() {
  const { t } = useTranslation();
  return (
    <StatusChip meaning="person" icon={IconCloudOff}>
      {t("app:deliveries.waits")}
    </StatusChip>
  );
}
