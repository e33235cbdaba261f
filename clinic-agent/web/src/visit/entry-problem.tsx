import { useTranslation } from "react-i18next";
import type { EntryProblem } from "./vitals-check";

/** What is wrong with the typed values, in words. */
export function EntryProblemWords({ problem }: { problem: EntryProblem }) {
  const { t } = useTranslation();
  return (
    <div>
      {problem.kind === "implausible"
        ? t("app:vitals.implausible", {
            name: t(`vital.${problem.sign.code}`),
            low: problem.sign.plausible[0],
            high: problem.sign.plausible[1],
            unit: problem.sign.shownUnit,
          })
        : t(
            problem.kind === "flow"
              ? "app:vitals.flowWrong"
              : problem.kind === "both_pressures"
                ? "app:vitals.bothPressures"
                : "app:vitals.pressureOrder",
          )}
    </div>
  );
}
