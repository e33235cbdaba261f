import type { ConsultationSummary } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { useAction } from "@yunzhen/client/ui";
import { entered } from "./entered";
import { earlyCall } from "./own-call";

/**
 * *See now*: begin the consultation and go into it, one press. Camera and offer are made ready while the relay decides; the call joins with its word and not with the page;
 * a no closes them again.
 */
export function useBegin(): {
  begin: (consultation: ConsultationSummary) => void;
  pendingId: string | undefined;
  problem: ReactNode;
} {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const command = useAction(
    ({ id, version }: { id: string; version: number }, key) => {
      const answer = api.consultations.begin(id, version, key);
      // Making a connection holds the page up for a moment, so the question goes first.
      earlyCall.prepare(id);
      return answer;
    },
    {
      onSuccess: ({ id }) => {
        earlyCall.join(id);
        entered(queryClient, id);
        void navigate(`/consultations/${id}`);
      },
      onError: () => earlyCall.drop(),
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
