import type { EligibilityFact } from "@yunzhen/client";
import { ProblemAlert, Skeletons, StatusChip, useNames } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { ReasonSheet } from "../common/ReasonSheet";
import { Section } from "../common/Section";
import { day } from "../common/time";
import { NextVisit } from "./StandingHints";
import { RecordFact } from "./RecordFact";
import { StandingLine } from "./StandingLine";

/** The ledger in the resident's record: what is proven, what is missing, who saw the resident when, with which evidence. */
export function EligibilityPanel({ residentId }: { residentId: string }) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const names = useNames();
  const queryClient = useQueryClient();
  const [recording, setRecording] = useState(false);
  const [revoking, setRevoking] = useState<EligibilityFact>();
  const ledger = useQuery({
    queryKey: keys.eligibility(residentId),
    queryFn: () => api.eligibility.of(residentId),
  });
  const outdate = () => {
    void queryClient.invalidateQueries({ queryKey: ["eligibility"] });
    void queryClient.invalidateQueries({ queryKey: keys.residents.one(residentId) });
    void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
  };
  if (ledger.isPending) return <Skeletons shape="card" />;
  if (!ledger.data) return <ProblemAlert error={ledger.error} onRetry={() => void ledger.refetch()} />;
  const { standings, facts } = ledger.data;
  return (
    <div data-testid="eligibility">
      <Section
        title={t("eligibility.standings")}
        aside={
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setRecording(true)}
          >
            {t("eligibility.record.action")}
          </Button>
        }
      >
        <Stack gap="xs">
          {standings.length === 0 && <Text size="sm">{t("eligibility.noDiagnosis")}</Text>}
          {standings.map((s) => (
            <StandingLine key={`${s.hospital}${s.diagnosis_code}`} standing={s} />
          ))}
          {standings.some((s) => !s.eligible) && <NextVisit ledger={ledger.data} />}
        </Stack>
      </Section>
      <Section title={t("eligibility.facts")}>
        {facts.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("eligibility.noFacts")}
          </Text>
        )}
        <Stack gap="sm">
          {facts.map((fact) => (
            <Fact
              key={fact.id}
              fact={fact}
              onRevoke={!fact.revoked && fact.hospital === me.hospital ? () => setRevoking(fact) : undefined}
            />
          ))}
        </Stack>
      </Section>
      {recording && (
        <RecordFact
          residentId={residentId}
          missing={standings.filter((s) => !s.eligible)}
          onDone={outdate}
          onClose={() => setRecording(false)}
        />
      )}
      {revoking && (
        <ReasonSheet
          title={t("eligibility.revoke.title", { diagnosis: names.diagnosis(revoking) })}
          hint={t("eligibility.revoke.hint")}
          action={t("eligibility.revoke.action")}
          danger
          run={(reason, key) => api.eligibility.revoke(revoking.id, reason, key)}
          onClose={() => setRevoking(undefined)}
          onDone={outdate}
        />
      )}
    </div>
  );
}

function Fact({ fact, onRevoke }: { fact: EligibilityFact; onRevoke: (() => void) | undefined }) {
  const { t, i18n } = useTranslation("app");
  const names = useNames();
  return (
    <div data-testid={`fact-${fact.id}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
        <div>
          <Text fw={500} td={fact.revoked ? "line-through" : undefined}>
            {names.diagnosis(fact)} {fact.diagnosis_code}
          </Text>
          <Text size="sm" c="dimmed">
            {day(fact.seen_on, i18n.language)} · {fact.clinician} · {fact.hospital}
          </Text>
        </div>
        {fact.revoked ? (
          <StatusChip meaning="danger">{t("eligibility.revoked")}</StatusChip>
        ) : (
          onRevoke && (
            <Button
              size="xs"
              variant="default"
              aria-label={t("eligibility.revoke.title", { diagnosis: names.diagnosis(fact) })}
              onClick={onRevoke}
            >
              {t("eligibility.revoke.action")}
            </Button>
          )
        )}
      </Group>
      <Text size="sm">{fact.evidence}</Text>
      {fact.revoked && (
        <Text size="sm" c="var(--yz-danger-text)">
          {t("eligibility.revokedBy", {
            name: fact.revoked.by.name,
            date: day(fact.revoked.at, i18n.language),
            reason: fact.revoked.reason,
          })}
        </Text>
      )}
    </div>
  );
}
