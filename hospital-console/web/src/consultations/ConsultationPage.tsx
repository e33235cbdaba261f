import type { Call, Consultation } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { ResidentRecord } from "../residents/ResidentRecord";
import { Columns } from "./Columns";
import { ConsultationHeader } from "./ConsultationHeader";
import { DraftingProvider } from "./drafting";
import { PicturePanel } from "./PicturePanel";
import { useOwnCall } from "./useOwnCall";
import { WorkPanel } from "./WorkPanel";
import classes from "./ConsultationPage.module.css";

/** How soon the doctor hears of what else the home waits for. */
const BESIDE_MS = 20_000;

/** One visit: record · picture · work. Whatever the visit's state, the same three columns. */
export function ConsultationPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("app");
  const consultation = useQuery({
    queryKey: keys.consultations.one(id),
    queryFn: () => api.consultations.get(id),
    // That a more urgent one of the home waits for its box is no event of this visit's own.
    refetchInterval: ({ state }) => (state.data?.state === "in_progress" ? BESIDE_MS : false),
  });
  useTitle(consultation.data?.resident.name);
  const queryClient = useQueryClient();
  const begunHere = queryClient.getQueryData(keys.consultations.begunHere(id)) === true;
  const call = useOwnCall(id, consultation.data ? consultation.data.state === "in_progress" : begunHere);
  if (consultation.isPending) return <ConsultationSkeleton label={t("app.loading")} />;
  if (consultation.isError && !consultation.data) {
    return (
      <div className={classes.alone}>
        <ProblemAlert error={consultation.error} onRetry={() => void consultation.refetch()} />
      </div>
    );
  }
  return <Visit key={id} call={call} consultation={consultation.data} />;
}

function Visit({ call, consultation }: { call: Call | undefined; consultation: Consultation }) {
  const residentId = consultation.resident.id;
  const resident = useQuery({ queryKey: keys.residents.one(residentId), queryFn: () => api.residents.get(residentId) });
  // The picture first: what is read beside it follows at once.
  const besides = useDeferredValue(true, false);
  return (
    <DraftingProvider>
      <div className={classes.visit}>
        <ConsultationHeader consultation={consultation} resident={resident.data} />
        <Columns
          record={
            besides ? (
              <ResidentRecord residentId={residentId} resident={resident} consultationId={consultation.id} />
            ) : (
              <Skeleton height="100%" />
            )
          }
          picture={<PicturePanel call={call} consultation={consultation} />}
          work={
            besides ? <WorkPanel consultation={consultation} resident={resident.data} /> : <Skeleton height="100%" />
          }
        />
      </div>
    </DraftingProvider>
  );
}

function ConsultationSkeleton({ label }: { label: string }) {
  return (
    <div className={classes.skeleton} role="status" aria-label={label}>
      <Skeleton height={56} className={classes.wide} />
      <Skeleton />
      <Skeleton />
      <Skeleton />
    </div>
  );
}
