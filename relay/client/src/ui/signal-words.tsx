import {
  IconAntennaBars2,
  IconAntennaBars4,
  IconAntennaBars5,
  IconAntennaBarsOff,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { HomeSignal, RadioStrength } from "../api/types";
import type { Meaning } from "../theme/tokens";
import { StatusChip } from "./status";

const STRENGTH: Record<RadioStrength, { meaning: Meaning; icon: Icon }> = {
  strong: { meaning: "done", icon: IconAntennaBars5 },
  fair: { meaning: "done", icon: IconAntennaBars4 },
  weak: { meaning: "person", icon: IconAntennaBars2 },
  none: { meaning: "danger", icon: IconAntennaBarsOff },
};

/** The radio signal of each of the home's modems in words: "5G 信号弱"; with the path's name where there are two. Nothing where no modem tells. */
export function SignalWords({ signals }: { signals: readonly HomeSignal[] | undefined }) {
  const { t } = useTranslation("shared");
  if (!signals || signals.length === 0) return null;
  return (
    <span role="group" aria-label={t("radio.label")} data-testid="home-signals">
      {signals.map(({ path = "", technology, strength }, modem) => {
        const signal = `${t(`radio.technology.${technology}`)} ${t(`radio.strength.${strength}`)}`.trim();
        const { meaning, icon } = STRENGTH[strength];
        return (
          <StatusChip key={modem} meaning={meaning} icon={icon}>
            {signals.length > 1 && path !== "" ? t("radio.ofPath", { path, signal }) : signal}
          </StatusChip>
        );
      })}
    </span>
  );
}
