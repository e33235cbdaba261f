import type { EarlyWarningPoint } from "@yunzhen/client";
import { EarlyWarningPlot, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Table, Text } from "@mantine/core";
import { IconChartLine, IconTable } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { scoreText } from "./early-warning";
import { ScoreChip } from "./EarlyWarningNow";
import classes from "./ResidentRecord.module.css";

/** Where the score is going: a curve, or the same as a table. */
export function EarlyWarningTrend({ points }: { points: readonly EarlyWarningPoint[] }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const [asTable, setAsTable] = useState(false);
  const last = points.at(-1);
  if (!last) {
    return (
      <Text size="sm" c="dimmed">
        {t("residents.warning.noTrend")}
      </Text>
    );
  }
  return (
    <div>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600}>{t("residents.warning.trend")}</Text>
        <Button
          variant="subtle"
          size="compact-md"
          leftSection={asTable ? <IconChartLine size={20} aria-hidden /> : <IconTable size={20} aria-hidden />}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? "shared:vital.showPlot" : "shared:vital.showTable")}
        </Button>
      </Group>
      {asTable ? (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("residents.warning.trend")}>
          <Table stickyHeader verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("shared:vital.time")}</Table.Th>
                <Table.Th>{t("residents.warning.title")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[...points].reverse().map((point) => (
                <Table.Tr key={point.at}>
                  <Table.Td>{formats.dateTime(point.at)}</Table.Td>
                  <Table.Td>
                    <ScoreChip score={point} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ) : (
        <>
          <EarlyWarningPlot
            points={points}
            label={t("residents.warning.plot", { count: points.length, score: scoreText(last) })}
          />
          <Text size="sm" c="dimmed">
            {t("residents.warning.key")}
          </Text>
        </>
      )}
    </div>
  );
}
