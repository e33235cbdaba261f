import { Button, Text } from "@mantine/core";
import { IconHeartbeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EcgSummary } from "../api/types";
import { LEAD_LABEL } from "../chart/ecg";
import { EcgStrip } from "./ecg-strip";
import { useFormats } from "./hooks";
import { useApi } from "./provider";
import { ProblemAlert, Skeletons } from "./states";

/** The ECGs of a resident, newest first; a curve is fetched when somebody wants to see it. */
export function EcgList({ residentId }: { residentId: string }) {
  const { t } = useTranslation("shared");
  const api = useApi();
  const [open, setOpen] = useState<string>();
  const query = useQuery({ queryKey: ["residents", residentId, "ecgs"], queryFn: () => api.ecgs.of(residentId) });
  return (
    <section aria-label={t("ecg.title")} data-testid="ecgs">
      <Text fw={600} component="h2">
        <IconHeartbeat size={20} aria-hidden style={{ verticalAlign: "-4px" }} /> {t("ecg.title")}
      </Text>
      {query.isPending && <Skeletons shape="rows" count={1} />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <Text c="dimmed">{t("ecg.none")}</Text>}
      <ul className="yz-ecg-list">
        {query.data?.items.map((ecg) => (
          <li key={ecg.id}>
            <Head ecg={ecg} open={open === ecg.id} onPress={() => setOpen(open === ecg.id ? undefined : ecg.id)} />
            {open === ecg.id && <Opened id={ecg.id} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Head({ ecg, open, onPress }: { ecg: EcgSummary; open: boolean; onPress: () => void }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  return (
    <div className="yz-ecg-head">
      <Text>
        {t("ecg.leads", { leads: ecg.leads.map((lead) => LEAD_LABEL[lead]).join(" ") })} ·{" "}
        {t("ecg.seconds", { n: Math.round(ecg.seconds) })}
        {ecg.device ? ` · ${ecg.device}` : ""}
      </Text>
      <Button variant="default" size="lg" aria-expanded={open} onClick={onPress}>
        {open ? t("ecg.close") : t("ecg.open", { time: formats.dateTime(ecg.recorded_at) })}
      </Button>
    </div>
  );
}

function Opened({ id }: { id: string }) {
  const api = useApi();
  const query = useQuery({ queryKey: ["ecgs", id], queryFn: () => api.ecgs.get(id), staleTime: Infinity });
  if (query.isPending) return <Skeletons shape="chart" />;
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <EcgStrip ecg={query.data} />;
}
