import { ProblemAlert } from "@yunzhen/client/ui";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { PrescriptionCard } from "./PrescriptionCard";
import { useVisitWith } from "./useVisitWith";
import { WhosePrescription } from "./WhosePrescription";

/** One of the specialist's prescriptions outside of the visit: whose it is, its state and questions, and what can be done with it wherever it is. */
export function OwnPrescription({ id }: { id: string }) {
  const navigate = useNavigate();
  const one = useQuery({ queryKey: keys.prescriptions.one(id), queryFn: () => api.prescriptions.get(id) });
  const { visit, ongoing } = useVisitWith(one.data?.resident.id);
  return (
    <>
      {one.data && <WhosePrescription prescription={one.data} toRecord />}
      {ongoing.isError && <ProblemAlert error={ongoing.error} onRetry={() => void ongoing.refetch()} />}
      <PrescriptionCard
        id={id}
        consultationId={visit?.id}
        visitUnknown={!ongoing.isSuccess}
        onReplaced={(draft) => void navigate(`/consultations/${draft.consultation_id ?? ""}?draft=${draft.id}`)}
      />
    </>
  );
}
