import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Observation } from "../api/types";
import { useFormats } from "./hooks";
import { StatusChip } from "./status";
import { useValueWords } from "./value-words";
import { rangeWord } from "./vitals";

/** The numbers of the plots for those who read rather than look, newest first. */
export function VitalsTable({ observations }: { observations: readonly Observation[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useValueWords();
  const newest = [...observations].sort((a, b) => b.measured_at.localeCompare(a.measured_at));
  return (
    <div style={{ maxHeight: 420, overflow: "auto" }} tabIndex={0} role="region" aria-label={t("vital.showTable")}>
      <Table stickyHeader verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("vital.time")}</Table.Th>
            <Table.Th scope="col" />
            <Table.Th scope="col" ta="right">
              {t("vital.value")}
            </Table.Th>
            <Table.Th scope="col" />
            <Table.Th scope="col">{t("vital.device")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {newest.map((observation) => {
            const word = rangeWord(observation);
            const { value, unit } = words(observation);
            return (
              <Table.Tr key={observation.id}>
                <Table.Td>{formats.dateTime(observation.measured_at)}</Table.Td>
                <Table.Td>{t(`vital.${observation.code}`)}</Table.Td>
                <Table.Td ta="right">
                  {value}{" "}
                  <Text span c="dimmed" inherit>
                    {unit}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {word !== "inRange" && <StatusChip meaning="person">{t(`vital.${word}`)}</StatusChip>}
                </Table.Td>
                <Table.Td>{t(`vital.source.${observation.source}`)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}
