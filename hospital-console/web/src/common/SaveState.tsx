import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconLoader2, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AutosaveSnapshot } from "./autosave";
import { clock } from "./time";

const LOOK = {
  saved: [IconCheck, "var(--yz-done-text)"],
  saving: [IconLoader2, "var(--yz-waiting-text)"],
  unsaved: [IconPencil, "var(--yz-waiting-text)"],
  failed: [IconAlertTriangle, "var(--yz-danger-text)"],
  conflict: [IconAlertTriangle, "var(--yz-danger-text)"],
} as const;

/** Whether what was typed is safe, in words with the time. Nothing while nothing was typed. */
export function SaveState({ status }: { status: AutosaveSnapshot }) {
  const { t, i18n } = useTranslation("app");
  if (status.state === "saved" && status.savedAt === undefined) return null;
  const [Glyph, color] = LOOK[status.state];
  const words = {
    saved: t("consultations.note.saved", { time: clock(status.savedAt ?? 0, i18n.language, true) }),
    saving: t("consultations.note.saving"),
    unsaved: t("consultations.note.unsaved"),
    failed: t("consultations.note.failed"),
    conflict: t("consultations.note.conflict"),
  }[status.state];
  return (
    <Group gap={4} wrap="nowrap" role="status" data-testid="save-state" data-state={status.state}>
      <Glyph size={16} color={color} aria-hidden />
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </Group>
  );
}
