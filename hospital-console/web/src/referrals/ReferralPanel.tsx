import type { Consultation } from "@yunzhen/client";
import { ProblemAlert, ReferralChip, useAction } from "@yunzhen/client/ui";
import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";

/** The visit's referrals, and a new one: remote care goes on until the specialist ends it. */
export function ReferralPanel({
  consultation,
  diagnosisCode,
}: {
  consultation: Consultation;
  diagnosisCode: string | undefined;
}) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const referrals = consultation.referrals ?? [];
  const draft = useAction(
    (diagnosis_code: string | undefined, key) =>
      api.referrals.draft(
        {
          consultation_id: consultation.id,
          resident_id: consultation.resident.id,
          content: { reason: consultation.reason, urgency: consultation.urgency, diagnosis_code },
        },
        key,
      ),
    {
      onSuccess: (made) => {
        queryClient.setQueryData(keys.referrals.one(made.id), made);
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void navigate(`/referrals/${made.id}`);
      },
    },
  );
  return (
    <Section
      title={t("referrals.title")}
      aside={
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={16} aria-hidden />}
          loading={draft.isPending}
          onClick={() => draft.mutate(diagnosisCode)}
        >
          {t("referrals.draft")}
        </Button>
      }
    >
      <Stack gap={6}>
        {draft.isError && <ProblemAlert error={draft.error} />}
        {referrals.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("referrals.none")}
          </Text>
        )}
        {referrals.map((r) => (
          <Group key={r.id} justify="space-between" wrap="nowrap">
            <Anchor component={Link} to={`/referrals/${r.id}`}>
              {[r.hospital, r.department].filter(Boolean).join(" · ") || t("referrals.one")}
            </Anchor>
            <ReferralChip state={r.state} />
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
