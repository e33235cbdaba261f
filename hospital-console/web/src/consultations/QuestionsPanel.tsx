import type { PrescriptionSummary } from "@yunzhen/client";
import { ProblemAlert, useNames } from "@yunzhen/client/ui";
import { Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { UrgencyChip } from "../common/chips";
import { keys } from "../common/keys";
import { Person } from "../common/Person";
import { useDuration } from "../common/Wait";
import { ASKED } from "../prescriptions/from-pharmacists";
import { AnswerBox, QuestionThread } from "../prescriptions/Questions";

/** Questions that wait for this specialist; nothing is shown while nobody asks. */
export function QuestionsPanel() {
  const { t } = useTranslation("app");
  const query = useQuery({
    queryKey: keys.prescriptions.list({ states: ASKED, mine: true }),
    queryFn: () => api.prescriptions.list({ state: ASKED.join(","), mine: true }),
  });
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const asked = query.data?.items ?? [];
  if (asked.length === 0) return null;
  return (
    <section aria-label={t("prescribing.question.waiting.title")} data-testid="questions">
      <Title order={2} fz={18}>
        {t("prescribing.question.waiting.title")} · {asked.length}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t("prescribing.question.waiting.hint")}
      </Text>
      <Stack gap="sm" mb="lg">
        {asked.map((summary) => (
          <Asked key={summary.id} summary={summary} />
        ))}
      </Stack>
    </section>
  );
}

function Asked({ summary }: { summary: PrescriptionSummary }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const duration = useDuration();
  const { id } = summary;
  const query = useQuery({ queryKey: keys.prescriptions.one(id), queryFn: () => api.prescriptions.get(id) });
  return (
    <Paper withBorder p="sm" data-testid={`question-${id}`}>
      <Group justify="space-between" gap="xs" mb="xs">
        <Group gap="sm">
          <Person person={summary.resident} size="sm" />
          <UrgencyChip urgency={summary.urgency} />
        </Group>
        <Text size="sm" c="dimmed">
          {names.drugs(summary)} · {t("prescribing.question.waiting.wait", { time: duration(summary.waiting_since) })}
        </Text>
      </Group>
      {query.data ? (
        <Stack gap="xs">
          <QuestionThread prescription={query.data} />
          {query.data.allowed.includes("answer") && <AnswerBox prescription={query.data} />}
        </Stack>
      ) : query.isError ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={90} />
      )}
    </Paper>
  );
}
