import type { RecallLevel, RecallState } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

const MEANING = { open: "danger", completed: "done", closed_early: "person", withdrawn: "waiting" } as const;

/** Where a recall stands, in word, icon and colour. */
export function RecallChip({ state }: { state: RecallState }) {
  const { t } = useTranslation("app");
  return <StatusChip meaning={MEANING[state]}>{t(`recalls.state.${state}`)}</StatusChip>;
}

/** How grave it is; what that means on hover. */
export function Level({ level }: { level: RecallLevel }) {
  const { t } = useTranslation("app");
  return (
    <StatusChip meaning={level === "first" ? "danger" : level === "second" ? "person" : "waiting"}>
      <span title={t(`recalls.levelHints.${level}`)}>{t(`recalls.levels.${level}`)}</span>
    </StatusChip>
  );
}
