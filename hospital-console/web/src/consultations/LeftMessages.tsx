import type { CareDocument, Consultation } from "@yunzhen/client";
import { RecordVoice, useAction, useLeftInConsultation, VoiceMessages, type VoiceMessage } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DocumentViewer } from "../residents/DocumentViewer";
import classes from "./ConsultationPage.module.css";

/** Voice messages and photos that the home left while no talk got through, and the specialist's spoken answer. */
export function LeftMessages({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation("app");
  const residentId = consultation.resident.id;
  const left = useLeftInConsultation(residentId, consultation.id);
  const photos = left.filter((document) => document.kind === "photo");
  const [open, setOpen] = useState<CareDocument>();
  const queries = useQueryClient();
  const answer = useAction(
    (message: VoiceMessage, key) =>
      api.documents.add(residentId, { kind: "voice_message", consultation_id: consultation.id, ...message }, key),
    { onSuccess: () => void queries.invalidateQueries({ queryKey: ["residents"] }) },
  );
  // Who may complete the visit is its specialist: the relay takes nobody else's answer.
  const mine = consultation.allowed.includes("complete");
  const unreachable = consultation.link === "lost";
  if (left.length === 0 && !(mine && unreachable)) return null;
  return (
    <section className={classes.left} aria-label={t("consultations.left.title")} data-testid="left">
      <Stack gap="xs">
        <Text fw={600}>{t("consultations.left.title")}</Text>
        {unreachable && <Text c="dimmed">{t("consultations.left.unreachable")}</Text>}
        <VoiceMessages messages={left} />
        {photos.length > 0 && (
          <Group gap="xs">
            {photos.map((photo) => (
              <Button
                key={photo.id}
                variant="default"
                leftSection={<IconPhoto size={18} aria-hidden />}
                onClick={() => setOpen(photo)}
              >
                {photo.title}
              </Button>
            ))}
          </Group>
        )}
        {mine && (
          <RecordVoice
            size="md"
            onSend={(message) => answer.mutateAsync(message)}
            sending={answer.isPending}
            error={answer.error}
          />
        )}
      </Stack>
      {open && <DocumentViewer document={open} among={photos} onChange={setOpen} onClose={() => setOpen(undefined)} />}
    </section>
  );
}
