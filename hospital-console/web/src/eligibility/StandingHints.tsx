import type { EligibilityLedger } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { day } from "../common/time";
import { StandingLine } from "./StandingLine";

/** Before booking: for which diagnoses the resident can be treated remotely, which proof is missing, and how to get it. */
export function StandingHints({ residentId, specialistId }: { residentId: string; specialistId?: string }) {
  const { t } = useTranslation("app");
  const ledger = useQuery({
    queryKey: [...keys.eligibility(residentId), specialistId ?? ""],
    queryFn: () => api.eligibility.of(residentId, { specialist_id: specialistId }),
  });
  if (ledger.isPending) return <Skeleton height={40} />;
  if (!ledger.data) return <ProblemAlert error={ledger.error} onRetry={() => void ledger.refetch()} />;
  const { standings, joint_consultation_allowed } = ledger.data;
  const missing = standings.filter((s) => !s.eligible);
  return (
    <Stack gap={6} data-testid="standing-hints">
      {standings.length === 0 && <Text size="sm">{t("eligibility.noDiagnosis")}</Text>}
      {standings.map((s) => (
        <StandingLine key={`${s.hospital}${s.diagnosis_code}`} standing={s} />
      ))}
      {missing.length > 0 && (
        <>
          <Text size="sm">{t("eligibility.adviceOnly")}</Text>
          {joint_consultation_allowed && <Text size="sm">{t("eligibility.jointAllowed")}</Text>}
          <NextVisit ledger={ledger.data} />
        </>
      )}
    </Stack>
  );
}

/** The in-person round that will see this resident, or the one that still could. */
export function NextVisit({ ledger }: { ledger: EligibilityLedger }) {
  const { t, i18n } = useTranslation("app");
  const queryClient = useQueryClient();
  const join = useAction((visitId: string, key) => api.visits.join(visitId, { resident_id: ledger.resident_id }, key), {
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["eligibility"] });
      void queryClient.invalidateQueries({ queryKey: keys.visits.all });
    },
  });
  const planned = ledger.visits.find((v) => v.includes_resident);
  const next = ledger.visits[0];
  if (planned)
    return <Text size="sm">{t("eligibility.willBeSeen", { date: day(planned.planned_on, i18n.language) })}</Text>;
  if (!next) return <Text size="sm">{t("eligibility.noVisit")}</Text>;
  return (
    <>
      {join.isError && <ProblemAlert error={join.error} />}
      <div>
        <Button size="xs" variant="default" loading={join.isPending} onClick={() => join.mutate(next.id)}>
          {t("eligibility.join", { date: day(next.planned_on, i18n.language) })}
        </Button>
      </div>
    </>
  );
}
