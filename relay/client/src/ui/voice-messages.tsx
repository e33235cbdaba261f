import { Button, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CareDocument } from "../api/types";
import { useFormats } from "./hooks";
import { useApi } from "./provider";
import { ProblemAlert } from "./states";
import "./voice.css";

/** What both sides left in a consultation, voice messages and photos, oldest first. */
export function useLeftInConsultation(residentId: string, consultationId: string): CareDocument[] {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ["residents", "left", residentId],
    queryFn: () => api.documents.of(residentId),
  });
  const left = (data?.items ?? []).filter((document) => document.consultation_id === consultationId);
  return left
    .filter((document) => document.kind === "voice_message" || document.kind === "photo")
    .sort((a, b) => a.taken_at.localeCompare(b.taken_at));
}

/** The voice messages among them, each played where it stands. */
export function VoiceMessages({ messages }: { messages: readonly CareDocument[] }) {
  const { t } = useTranslation("shared");
  const spoken = messages.filter((message) => message.kind === "voice_message");
  if (spoken.length === 0) return null;
  return (
    <section aria-label={t("voice.title")} data-testid="voice-messages">
      <ul className="yz-voice-list">
        {spoken.map((message) => (
          <li key={message.id}>
            <PlayVoice document={message} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One message. Its bytes are fetched when somebody wants to hear it: not over a home's link before. */
export function PlayVoice({ document, size = "md" }: { document: CareDocument; size?: "md" | "xl" }) {
  const { t } = useTranslation("shared");
  const api = useApi();
  const formats = useFormats();
  const [wanted, setWanted] = useState(false);
  const content = useQuery({
    queryKey: ["documents", document.id, "content"],
    queryFn: ({ signal }) => api.documents.content(document.id, signal),
    enabled: wanted,
    // Its digest is its content: it never changes. It leaves this device's memory with the player.
    staleTime: Infinity,
    gcTime: 0,
  });
  const url = useMemo(() => (content.data ? URL.createObjectURL(content.data) : undefined), [content.data]);
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  const who = { name: document.author_name, time: formats.time(document.taken_at) };
  return (
    <div className="yz-voice-message" data-testid="voice-message">
      {content.isError && <ProblemAlert error={content.error} onRetry={() => void content.refetch()} />}
      {url === undefined ? (
        <Button
          size={size}
          variant="light"
          leftSection={<IconPlayerPlay aria-hidden />}
          loading={wanted && content.isFetching}
          onClick={() => setWanted(true)}
          aria-label={`${document.title} · ${t("voice.play", who)}`}
        >
          {document.title}
        </Button>
      ) : (
        <audio controls autoPlay src={url} className="yz-voice-player" aria-label={t("voice.playing", who)} />
      )}
      <Text size="sm">{[document.author_name, formats.time(document.taken_at)].join(" · ")}</Text>
    </div>
  );
}
