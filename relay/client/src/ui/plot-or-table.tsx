/** The button that shows the numbers of a plot as a table, and back. */
import { Button } from "@mantine/core";
import { IconChartLine, IconTable } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export function PlotOrTable({ asTable, onChange }: { asTable: boolean; onChange: (asTable: boolean) => void }) {
  const { t } = useTranslation("shared");
  return (
    <Button
      variant="subtle"
      size="compact-md"
      leftSection={asTable ? <IconChartLine size={20} aria-hidden /> : <IconTable size={20} aria-hidden />}
      onClick={() => onChange(!asTable)}
      aria-pressed={asTable}
    >
      {t(asTable ? "vital.showPlot" : "vital.showTable")}
    </Button>
  );
}
