import { Button, Table, Text, Title } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import type { EarlyWarning, EarlyWarningParameter } from "@yunzhen/client";
import { Banner, StatusChip, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { WarningChip } from "../residents/warning-chip";
import { shownValue, SHOWN_POINTS } from "./early-warning-view";
import { WarningTrend } from "./warning-trend";

/** The early-warning score: what it is made of, what is missing for it, and where it is going. It asks for a look; it diagnoses nothing. */
export function EarlyWarningPanel({ warning: { now, trend } }: { warning: EarlyWarning }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [asTable, setAsTable] = useState(false);
  const names = (parameters: readonly EarlyWarningParameter[]): string =>
    parameters.map((parameter) => t(`app:chart.parameter.${parameter}`)).join(t("separator"));
  const points = trend.slice(-SHOWN_POINTS);
  return (
    <section className="nurse-warning">
      <div className="nurse-chart-head">
        <Title order={2} size="h3">
          {t("app:chart.warning")}
        </Title>
        <WarningChip score={now} />
        <span className="nurse-dim">{t("app:chart.warningHint")}</span>
      </div>
      {now.missing.length > 0 && (
        <Banner meaning="person">{t("app:chart.missing", { names: names(now.missing) })}</Banner>
      )}
      {now.old.length > 0 && <Banner meaning="person">{t("app:chart.old", { names: names(now.old) })}</Banner>}
      {now.parts.length > 0 && (
        <ul className="nurse-warning-parts">
          {now.parts.map((part) => (
            <li key={part.parameter}>
              <span className="nurse-dim">{t(`app:chart.parameter.${part.parameter}`)}</span>
              <strong>{shownValue(part, t, formats.number)}</strong>
              <StatusChip meaning={part.points === 0 ? "done" : part.points === 3 ? "danger" : "person"}>
                {t("app:chart.points", { n: part.points })}
              </StatusChip>
            </li>
          ))}
        </ul>
      )}
      <div className="nurse-chart-head">
        <Title order={3} size="h4">
          {t("app:chart.trend")}
        </Title>
        {points.length > 0 && (
          <Button
            variant="subtle"
            leftSection={asTable ? <IconChartBar aria-hidden /> : <IconTable aria-hidden />}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {t(asTable ? "vital.showPlot" : "vital.showTable")}
          </Button>
        )}
      </div>
      {points.length === 0 ? (
        <Text c="dimmed">{t("app:chart.noTrend")}</Text>
      ) : asTable ? (
        <Table verticalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("vital.time")}</Table.Th>
              <Table.Th scope="col">{t("app:chart.warning")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...points].reverse().map((point) => (
              <Table.Tr key={point.at}>
                <Table.Td>{formats.dateTime(point.at)}</Table.Td>
                <Table.Td>
                  <WarningChip score={point} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        <WarningTrend points={points} />
      )}
    </section>
  );
}
