import type { Consultation } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
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
import { WorkPanel } from "./WorkPanel";
import classes from "./ConsultationPage.module.css";

/** One visit: record · picture · work. Whatever the visit's state, the same three columns. */
export function ConsultationPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("app");
  const consultation = useQuery({ queryKey: keys.consultations.one(id), queryFn: () => api.consultations.get(id) });
  useTitle(consultation.data?.resident.name);
  if (consultation.isPending) return <ConsultationSkeleton label={t("app.loading")} />;
  if (consultation.isError && !consultation.data) {
    return (
      <div className={classes.alone}>
        <ProblemAlert error={consultation.error} onRetry={() => void consultation.refetch()} />
      </div>
    );
  }
  return <Visit key={id} consultation={consultation.data} />;
}

function Visit({ consultation }: { consultation: Consultation }) {
  const residentId = consultation.resident.id;
  const resident = useQuery({ queryKey: keys.residents.one(residentId), queryFn: () => api.residents.get(residentId) });
  return (
    <DraftingProvider>
      <div className={classes.visit}>
        <ConsultationHeader consultation={consultation} resident={resident.data} />
        <Columns
          record={<ResidentRecord residentId={residentId} resident={resident} consultationId={consultation.id} />}
          picture={<PicturePanel consultation={consultation} />}
          work={<WorkPanel consultation={consultation} resident={resident.data} />}
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
