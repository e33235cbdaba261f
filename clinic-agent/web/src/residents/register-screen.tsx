import { Skeletons, ProblemAlert, useApi } from "@yunzhen/client/ui";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { draftOf, EMPTY } from "./form/draft";
import { ResidentForm } from "./resident-form";

/** Registers somebody new. */
export function RegisterScreen() {
  return <ResidentForm start={EMPTY} known={undefined} />;
}

/** Changes a record. The form keeps the version that it was opened with, whatever arrives meanwhile. */
export function ChangeScreen() {
  const { residentId = "" } = useParams();
  const { i18n } = useTranslation();
  const api = useApi();
  const chart = useQuery({ queryKey: ["residents", residentId], queryFn: () => api.residents.getFresh(residentId) });
  const resident = chart.data?.data;
  if (resident) return <ResidentForm key={resident.id} start={draftOf(resident, i18n.language)} known={resident} />;
  if (chart.isError) return <ProblemAlert error={chart.error} onRetry={() => void chart.refetch()} />;
  return <Skeletons shape="card" count={6} />;
}
