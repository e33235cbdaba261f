import type { Note } from "@yunzhen/client";
import { EmptyState } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { IconNotes } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { dayAndClock } from "../common/time";
import classes from "./ResidentRecord.module.css";

const LATE_MS = 5 * 60_000;

/** What the nurses wrote, newest first. A note that arrived after an outage says when it was written. */
export function NotesTab({ notes }: { notes: Note[] }) {
  const { t, i18n } = useTranslation("app");
  if (notes.length === 0) {
    return <EmptyState icon={IconNotes} title={t("residents.noNotes.title")} hint={t("residents.noNotes.hint")} />;
  }
  const newest = [...notes].sort((a, b) => b.written_at.localeCompare(a.written_at));
  return (
    <ul className={`${classes.rows} ${classes.pad}`}>
      {newest.map((note) => {
        const late = Date.parse(note.received_at) - Date.parse(note.written_at) > LATE_MS;
        return (
          <li key={note.id}>
            <Group justify="space-between" gap="xs">
              <Text size="sm" fw={600}>
                {t(`residents.noteKind.${note.kind}`)} · {note.author_name}
              </Text>
              <Text size="sm" c="dimmed">
                {late
                  ? t("residents.late", { time: dayAndClock(note.written_at, i18n.language) })
                  : dayAndClock(note.written_at, i18n.language)}
              </Text>
            </Group>
            <Text className={classes.note}>{note.text}</Text>
          </li>
        );
      })}
    </ul>
  );
}
