import type { Standing } from "@yunzhen/client";
import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day } from "../common/time";

/** One diagnosis: proven by whom and when, or what is missing and what to do. */
export function StandingLine({ standing }: { standing: Standing }) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  const { missing } = standing;
  const Glyph = standing.eligible ? IconCircleCheck : IconAlertTriangle;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start" data-testid={`standing-${standing.diagnosis_code}`}>
      <Glyph
        size={18}
        color={standing.eligible ? "var(--yz-done-text)" : "var(--yz-person-text)"}
        style={{ flex: "none", marginTop: 2 }}
        aria-hidden
      />
      <div>
        <Text size="sm" fw={600}>
          {zh ? standing.display_zh : standing.display_en} {standing.diagnosis_code}
        </Text>
        <Text size="sm">
          {standing.eligible
            ? t("eligibility.proven", {
                date: standing.seen_on ? day(standing.seen_on, i18n.language) : "",
                clinician: standing.clinician ?? "",
                hospital: standing.hospital,
              })
            : missing && (zh ? missing.message_zh : missing.message_en)}
        </Text>
        {missing && (
          <Text size="sm" c="dimmed">
            {zh ? missing.action_zh : missing.action_en}
          </Text>
        )}
      </div>
    </Group>
  );
}
