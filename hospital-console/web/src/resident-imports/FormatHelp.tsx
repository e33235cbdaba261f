import { Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import page from "../common/Page.module.css";
import { COLUMNS } from "./file";

/** How each column is written; what the template cannot say, having no example line. */
export function FormatHelp() {
  const { t } = useTranslation("app");
  return (
    <section>
      <Title order={2} fz={18} mb="xs">
        {t("residentImports.help.title")}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t("residentImports.help.lead")}
      </Text>
      <div className={page.surface}>
        <Table horizontalSpacing="md" verticalSpacing="xs" miw={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("residentImports.help.column")}</Table.Th>
              <Table.Th>{t("residentImports.help.needed")}</Table.Th>
              <Table.Th>{t("residentImports.help.how")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {COLUMNS.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Td fw={600}>{column.name}</Table.Td>
                <Table.Td>{column.needed ? t("residentImports.help.yes") : t("residentImports.help.no")}</Table.Td>
                <Table.Td>{t(`residentImports.help.columns.${column.key}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
