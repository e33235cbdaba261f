import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The head of a table's column of buttons: who sees the page needs no word for it. */
export function ActionsHead() {
  const { t } = useTranslation("app");
  return (
    <Table.Th>
      <span className="yz-visually-hidden">{t("app.actions")}</span>
    </Table.Th>
  );
}
