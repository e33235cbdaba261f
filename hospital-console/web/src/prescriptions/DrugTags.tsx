import type { Drug } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { IconBan, IconBug, IconLeaf, IconSnowflake } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** What about a drug changes the rules for it. */
export function DrugTags({ drug }: { drug: Drug }) {
  const { t } = useTranslation("app");
  return (
    <>
      {drug.banned !== "none" && (
        <StatusChip meaning="danger" icon={IconBan}>
          {t(`prescriptions.tag.${drug.banned}`)}
        </StatusChip>
      )}
      {drug.cold_chain && (
        <StatusChip meaning="person" icon={IconSnowflake}>
          {t("prescriptions.tag.cold_chain")}
        </StatusChip>
      )}
      {drug.anti_infective && (
        <StatusChip meaning="waiting" icon={IconBug}>
          {t("prescriptions.tag.anti_infective")}
        </StatusChip>
      )}
      {drug.decoction && (
        <StatusChip meaning="waiting" icon={IconLeaf}>
          {t("prescriptions.tag.decoction")}
        </StatusChip>
      )}
    </>
  );
}
