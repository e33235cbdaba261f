import type { Resident } from "@yunzhen/client";
import { ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Tabs } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { HistoryTab } from "./HistoryTab";
import { NotesTab } from "./NotesTab";
import { SummaryTab } from "./SummaryTab";
import { VitalsTab } from "./VitalsTab";
import classes from "./ResidentRecord.module.css";

/** The resident's chart beside the picture. Read only; the nurse and the prescriptions fill it. */
export function ResidentRecord({
  residentId,
  resident,
  consultationId,
}: {
  residentId: string;
  resident: UseQueryResult<Resident>;
  consultationId: string;
}) {
  const { t } = useTranslation("app");
  if (resident.isPending) {
    return <Skeletons shape="card" count={8} />;
  }
  if (!resident.data) {
    return (
      <div className={classes.pad}>
        <ProblemAlert error={resident.error} onRetry={() => void resident.refetch()} />
      </div>
    );
  }
  const chart = resident.data;
  return (
    <Tabs defaultValue="summary" keepMounted={false}>
      <Tabs.List className={classes.tabs} grow>
        {(["summary", "vitals", "notes", "history"] as const).map((tab) => (
          <Tabs.Tab key={tab} value={tab}>
            {t(`residents.tab.${tab}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="summary">
        <SummaryTab resident={chart} />
      </Tabs.Panel>
      <Tabs.Panel value="vitals">
        <VitalsTab
          residentId={residentId}
          marks={chart.consultations.flatMap((c) => (c.began_at ? [{ at: c.began_at, label: c.reason }] : []))}
        />
      </Tabs.Panel>
      <Tabs.Panel value="notes">
        <NotesTab notes={chart.notes} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <HistoryTab resident={chart} consultationId={consultationId} />
      </Tabs.Panel>
    </Tabs>
  );
}
