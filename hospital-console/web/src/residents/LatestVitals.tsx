import type { Observation } from "@yunzhen/client";
import { useValueWords } from "@yunzhen/client/ui";
import { Text, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { dayAndClock } from "../common/time";
import { outside, vitalName } from "../common/vitals";
import classes from "./ResidentRecord.module.css";

/** The last value of each vital sign; outside its band it carries an arrow and the word. */
export function LatestVitals({ observations }: { observations: Observation[] }) {
  const { t, i18n } = useTranslation("app");
  const words = useValueWords();
  if (observations.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("residents.noVitals.title")}
      </Text>
    );
  }
  return (
    <dl className={classes.vitals}>
      {observations.map((o) => {
        const out = outside(o);
        const Arrow = out === "high" ? IconArrowUp : IconArrowDown;
        const { value, unit } = words(o);
        return (
          <div key={o.code} className={`${classes.vital} ${out ? classes.out : ""}`}>
            <Text component="dt" size="sm" c="dimmed">
              {vitalName(o.code, i18n.language)}
              {out && (
                <Text component="span" size="sm" c="var(--yz-person-text)">
                  {" "}
                  {out !== "abnormal" && <Arrow size={14} aria-hidden style={{ verticalAlign: "-2px" }} />}
                  {t(`shared:vital.${out}`)}
                </Text>
              )}
            </Text>
            <Tooltip label={dayAndClock(o.measured_at, i18n.language)}>
              <dd>
                <Text component="span" fz={20} fw={600}>
                  {value}
                </Text>{" "}
                <Text component="span" size="sm" c="dimmed">
                  {unit}
                </Text>
              </dd>
            </Tooltip>
          </div>
        );
      })}
    </dl>
  );
}
