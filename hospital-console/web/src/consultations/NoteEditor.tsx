import { Alert, Button, Group, Menu, Textarea } from "@mantine/core";
import { IconTemplate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { SaveState } from "../common/SaveState";
import { Section } from "../common/Section";
import type { NoteState } from "./useNote";
import classes from "./ConsultationPage.module.css";

const TEMPLATES = ["soap", "followUp", "adjust"] as const;

export function NoteEditor({ note, readOnly }: { note: NoteState; readOnly: boolean }) {
  const { t } = useTranslation("app");
  const insert = (text: string) =>
    note.setText(note.value.text.trim() === "" ? text : `${note.value.text.trimEnd()}\n\n${text}`);
  return (
    <Section
      title={t("consultations.note.title")}
      aside={
        <Group gap="xs" wrap="nowrap">
          <SaveState status={note.status} />
          {!readOnly && (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="subtle" size="compact-sm" leftSection={<IconTemplate size={16} aria-hidden />}>
                  {t("consultations.note.template")}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {TEMPLATES.map((name) => (
                  <Menu.Item key={name} onClick={() => insert(t(`consultations.note.templates.${name}.text`))}>
                    {t(`consultations.note.templates.${name}.name`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      }
    >
      {note.status.state === "conflict" && (
        <Alert color="red" variant="outline" mb="xs" title={t("consultations.note.conflict")}>
          {t("consultations.note.conflictHint")}
          <Group mt="xs">
            <Button size="xs" onClick={note.keepMine}>
              {t("consultations.note.keepMine")}
            </Button>
            <Button size="xs" variant="default" onClick={note.loadOther}>
              {t("consultations.note.loadOther")}
            </Button>
          </Group>
        </Alert>
      )}
      <Textarea
        className={classes.noteArea}
        aria-label={t("consultations.note.title")}
        placeholder={t("consultations.note.placeholder")}
        value={note.value.text}
        onChange={(event) => note.setText(event.currentTarget.value)}
        readOnly={readOnly}
        autosize
        minRows={5}
        maxRows={16}
      />
    </Section>
  );
}
