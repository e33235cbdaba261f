import { Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconMessageForward, IconPlugConnectedX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { NewDocument } from "@yunzhen/client";
import {
  Banner,
  RecordVoice,
  useAction,
  useLeftInConsultation,
  VoiceMessages,
  type VoiceMessage,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useBox, useBoxApi, useInterruption, useSpool } from "../box/box-context";
import { pendingOf } from "../box/spool-view";
import { AddDocument } from "../documents/add-document";
import { TakePhoto } from "../documents/take-photo";
import { PendingList } from "../shell";

/** Saves a voice message on the box, which sends it as soon as the link allows. */
export function useSaveVoice(residentId: string, consultationId?: string) {
  const { t } = useTranslation();
  const box = useBoxApi();
  const queries = useQueryClient();
  const isRevoked = useInterruption() === "revoked";
  const save = useAction(
    (body: NewDocument, key) => box.save({ kind: "document", resident_id: residentId, body }, key),
    {
      onSuccess: () => {
        notifications.show({ message: t(`app:forward.${isRevoked ? "savedForBox" : "saved"}`), color: "green" });
        void queries.invalidateQueries({ queryKey: ["spool"] });
      },
    },
  );
  const send = (message: VoiceMessage): Promise<unknown> =>
    save.mutateAsync({
      kind: "voice_message",
      ...(consultationId === undefined ? {} : { consultation_id: consultationId }),
      ...message,
    });
  return { send, sending: save.isPending, error: save.error };
}

/** No talk gets through: the box says so of the call, or has no link at all. */
export function useForward(): boolean {
  const { status } = useBox();
  return status?.media?.rung === "forward" || status?.link.state === "offline";
}

/**
 * The lowest step of the ladder: messages instead of a call, in the same consultation. What either side left is shown whenever there is any.
 */
export function ForwardPanel({ residentId, consultationId }: { residentId: string; consultationId: string }) {
  const { t } = useTranslation();
  const forward = useForward();
  const isRevoked = useInterruption() === "revoked";
  const spool = useSpool();
  const left = useLeftInConsultation(residentId, consultationId);
  const voice = useSaveVoice(residentId, consultationId);
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState<File>();
  // Nobody's half message is taken away because the link came back.
  const shown = forward || isRevoked || busy || file !== undefined;
  const pending = pendingOf(spool.data ?? [], residentId).filter((item) => item.kind === "document");
  if (!shown) {
    return left.some((document) => document.kind === "voice_message") ? (
      <div className="yz-card nurse-pad">
        <VoiceMessages messages={left} />
      </div>
    ) : null;
  }
  return (
    <section
      className="yz-card nurse-pad nurse-forward"
      aria-label={t(`app:forward.${isRevoked ? "revokedTitle" : "title"}`)}
      data-testid="forward"
    >
      <Stack gap="sm">
        {isRevoked && (
          <Banner meaning="danger" icon={IconPlugConnectedX} role="status">
            <strong>{t("app:forward.revokedTitle")}</strong> {t("app:forward.revokedHint")}
          </Banner>
        )}
        {forward && !isRevoked && (
          <Banner meaning="person" icon={IconMessageForward} role="status">
            <strong>{t("app:forward.title")}</strong> {t("app:forward.hint")}
          </Banner>
        )}
        <Group align="flex-start" gap="md">
          <RecordVoice onSend={voice.send} sending={voice.sending} error={voice.error} onBusy={setBusy} />
          <TakePhoto onPhoto={setFile} variant="default" />
        </Group>
        <VoiceMessages messages={left} />
        {pending.length > 0 && <PendingList items={pending} />}
        {pending.length > 0 && <Text c="dimmed">{t(`app:forward.${isRevoked ? "waitsForBox" : "waits"}`)}</Text>}
      </Stack>
      {file && (
        <AddDocument
          residentId={residentId}
          consultationId={consultationId}
          file={file}
          onClose={() => setFile(undefined)}
        />
      )}
    </section>
  );
}
