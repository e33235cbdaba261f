import type { Resident } from "@yunzhen/client";
import { ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Tabs } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ConsentsTab } from "./ConsentsTab";
import { DocumentsTab } from "./DocumentsTab";
import { EligibilityPanel } from "../eligibility/EligibilityPanel";
import { HistoryTab } from "./HistoryTab";
import { MergedNote } from "./MergedNote";
import { NotesTab } from "./NotesTab";
import { SummaryTab } from "./SummaryTab";
import { VitalsTab } from "./VitalsTab";
import classes from "./ResidentRecord.module.css";

const TABS = ["summary", "vitals", "notes", "consents", "documents", "eligibility", "history"] as const;

/** The resident's chart, beside the picture or on its own page. Read only; the nurse and the prescriptions fill it. */
export function ResidentRecord({
  residentId,
  resident,
  consultationId,
}: {
  residentId: string;
  resident: UseQueryResult<Resident>;
  /** The visit that is open beside it. */
  consultationId?: string;
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
    <Tabs defaultValue="summary" keepMounted={false} className={classes.record}>
      <Tabs.List className={classes.tabs} grow>
        {TABS.map((tab) => (
          <Tabs.Tab key={tab} value={tab}>
            {t(`residents.tab.${tab}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="summary">
        {consultationId !== undefined && <MergedNote askedId={residentId} resident={chart} />}
        <SummaryTab resident={chart} />
      </Tabs.Panel>
      <Tabs.Panel value="vitals">
        <VitalsTab resident={chart} />
      </Tabs.Panel>
      <Tabs.Panel value="notes">
        <NotesTab notes={chart.notes} />
      </Tabs.Panel>
      <Tabs.Panel value="eligibility">
        <EligibilityPanel residentId={chart.id} />
      </Tabs.Panel>
      <Tabs.Panel value="consents">
        <ConsentsTab residentId={chart.id} />
      </Tabs.Panel>
      <Tabs.Panel value="documents">
        <DocumentsTab residentId={chart.id} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <HistoryTab resident={chart} consultationId={consultationId} />
      </Tabs.Panel>
    </Tabs>
  );
}
