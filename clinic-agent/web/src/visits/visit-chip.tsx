import type { VisitState } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

const MEANING = { planned: "waiting", under_way: "primary", done: "done", cancelled: "waiting" } as const;

export function VisitChip({ state }: { state: VisitState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={MEANING[state]}>{t(`app:visits.state.${state}`)}</StatusChip>;
}
