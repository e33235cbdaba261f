import type { Resident } from "@yunzhen/client";
import { Banner } from "@yunzhen/client/ui";
import { IconArrowsJoin2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** That the record asked for is shown in another one, or that this one shows others too. */
export function MergedNote({ askedId, resident }: { askedId: string; resident: Resident }) {
  const { t } = useTranslation("app");
  const merged = resident.merged_ids?.length ?? 0;
  if (resident.id === askedId && merged === 0) return null;
  return (
    <Banner meaning="waiting" icon={IconArrowsJoin2} role="status">
      {resident.id === askedId
        ? t("residents.merged.includes", { count: merged })
        : t("residents.merged.moved", { name: resident.name })}
    </Banner>
  );
}
