import type { EarlyWarningParameter, EarlyWarningScore, OxygenScale } from "@yunzhen/client";
import { Banner, StatusChip, useValueWords } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { dayAndClock } from "../common/time";
import { BAND, partWords, scoreText } from "./early-warning";
import classes from "./ResidentRecord.module.css";

type ScoreLike = Pick<EarlyWarningScore, "total" | "band" | "at_least">;

/** The score as a mark; without a total it says that it is incomplete. */
export function ScoreChip({ score }: { score: ScoreLike }) {
  const { t } = useTranslation("app");
  const meaning = score.band ? BAND[score.band] : "person";
  const whole = score.total !== undefined && score.total !== null;
  const words = score.band ? t(`residents.warning.band.${score.band}`) : t("residents.warning.incomplete");
  return (
    <StatusChip meaning={meaning} icon={whole && score.band === "low" ? undefined : IconAlertTriangle}>
      {scoreText(score)} · {words}
    </StatusChip>
  );
}

/** NEWS2 now: what it is made of, what was never measured and what is too old to count. */
export function EarlyWarningNow({ score, scale }: { score: EarlyWarningScore; scale: OxygenScale }) {
  const { t, i18n } = useTranslation("app");
  const names = (parameters: readonly EarlyWarningParameter[]): string =>
    parameters.map((parameter) => t(`residents.warning.parameter.${parameter}`)).join(t("shared:separator"));
  return (
    <>
      <Group gap="xs" mb={6}>
        <ScoreChip score={score} />
        {scale === "scale2" && (
          <Text size="sm" c="dimmed">
            {t("residents.warning.scale2")}
          </Text>
        )}
      </Group>
      {(score.missing.length > 0 || score.old.length > 0) && (
        <Banner meaning="person">
          {score.missing.length > 0 && <div>{t("residents.warning.missing", { names: names(score.missing) })}</div>}
          {score.old.length > 0 && <div>{t("residents.warning.old", { names: names(score.old) })}</div>}
        </Banner>
      )}
      {score.parts.length > 0 && (
        <table className={classes.parts}>
          <tbody>
            {score.parts.map((part) => (
              <tr key={part.parameter}>
                <th scope="row">{t(`residents.warning.parameter.${part.parameter}`)}</th>
                <td title={dayAndClock(part.measured_at, i18n.language)}>
                  <PartValue parameter={part.parameter} value={part.value} />
                </td>
                <td className={part.points === 3 ? classes.three : part.points > 0 ? classes.some : undefined}>
                  {t("residents.warning.points", { count: part.points })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function PartValue({ parameter, value }: { parameter: EarlyWarningParameter; value: number }) {
  const { t } = useTranslation("app");
  const valueWords = useValueWords();
  const words = partWords(parameter, value);
  switch (words.say) {
    case "air":
      return t("residents.warning.air");
    case "flow":
      return t("residents.warning.flow", { litres: words.litres });
    case "level":
      return t(`shared:vital.level.${words.level}`);
    case "glasgow":
      return t("residents.warning.glasgow", { points: words.points });
    case "value":
      return `${valueWords(words).value} ${valueWords(words).unit}`;
  }
}
