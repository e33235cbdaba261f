import type { ConsultationSummary } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { useAction } from "@yunzhen/client/ui";

/** *See now*: begin the consultation and go into it, one press. */
export function useBegin(): {
  begin: (consultation: ConsultationSummary) => void;
  pendingId: string | undefined;
  problem: ReactNode;
} {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const command = useAction(
    ({ id, version }: { id: string; version: number }, key) => api.consultations.begin(id, version, key),
    {
      onSuccess: ({ id }) => {
        queryClient.setQueryData(keys.consultations.begunHere(id), true);
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void navigate(`/consultations/${id}`);
      },
    },
  );
  return {
    begin: ({ id, version }) =>
      command.mutate(
        { id, version },
        { onError: () => void queryClient.invalidateQueries({ queryKey: keys.consultations.all }) },
      ),
    pendingId: command.isPending ? command.variables.id : undefined,
    problem: command.isError ? <ProblemAlert error={command.error} /> : null,
  };
}
