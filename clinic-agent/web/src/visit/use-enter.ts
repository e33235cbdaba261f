import { useQueryClient } from "@tanstack/react-query";
import type { ConsultationSummary } from "@yunzhen/client";
import { useNavigate } from "react-router";
import { isCallable } from "../today/round";
import { calledHere } from "./called-here";
import { earlyCall } from "./own-call";

/** Into a consultation. Where its room is open, joining begins with the press: it waits neither for the screen nor for the visit to be read. */
export function useEnter(): (consultation: ConsultationSummary, how?: { replace: boolean }) => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (consultation, how) => {
    queries.setQueryData(calledHere(consultation.id), consultation);
    if (isCallable(consultation.state)) earlyCall.join(consultation.id);
    void navigate(`/consultations/${consultation.id}`, how);
  };
}
