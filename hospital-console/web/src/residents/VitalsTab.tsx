import { EmptyState, ProblemAlert, Skeletons, VitalsPlot, type PlotMark } from "@yunzhen/client/ui";
import { SegmentedControl, Stack } from "@mantine/core";
import { IconActivityHeartbeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import classes from "./ResidentRecord.module.css";

const RANGES = { days1: 1, days7: 7, days14: 14 } as const;
type Range = keyof typeof RANGES;

/** Vital signs over time with their bands; consultations are ticks on the axis. */
export function VitalsTab({ residentId, marks }: { residentId: string; marks: PlotMark[] }) {
  const { t } = useTranslation("app");
  const [range, setRange] = useState<Range>("days7");
  // Fixed when the range is chosen: a moving `since` would be another query every render.
  const since = useMemo(() => new Date(Date.now() - RANGES[range] * 86_400_000).toISOString(), [range]);
  const query = useQuery({
    queryKey: keys.residents.observations(residentId, range),
    queryFn: () => api.residents.observations(residentId, { since }),
  });
  return (
    <Stack gap="xs" className={classes.pad}>
      <SegmentedControl
        fullWidth
        aria-label={t("residents.vitals")}
        value={range}
        onChange={(value) => setRange(value as Range)}
        data={(Object.keys(RANGES) as Range[]).map((value) => ({ value, label: t(`residents.range.${value}`) }))}
      />
      {query.isPending && <Skeletons shape="chart" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.length === 0 && (
        <EmptyState
          icon={IconActivityHeartbeat}
          title={t("residents.noVitals.title")}
          hint={t("residents.noVitals.hint")}
        />
      )}
      {query.data && query.data.items.length > 0 && (
        <VitalsPlot
          observations={query.data.items}
          height={112}
          marks={marks.filter((mark) => Date.parse(mark.at) >= Date.parse(since))}
        />
      )}
    </Stack>
  );
}
