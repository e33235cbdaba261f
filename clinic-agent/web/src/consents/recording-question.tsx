import { Button, Group, Text } from "@mantine/core";
import { IconVideo, IconVideoOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ConsentKind, RecordingAnswer, RecordingQuestion as Question } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLink } from "../box/box-context";
import { TakeConsents } from "./take-consents";
import { lacksRecording, newestAnswer } from "./texts";

const RECORDING: readonly ConsentKind[] = ["recording"];

/**
 * At the beginning of a consultation, where the hospital always asks: may it be recorded? A no is written down and holds nothing up; a yes needs the signed consent.
 *
 * It stands in the page and opens nothing by itself, so it waits below a sheet that is open; a locked tablet shows neither. Without a link it waits too: an answer is not kept here, since
 * nobody could stop a recording by it.
 */
export function RecordingQuestion({
  consultationId,
  residentId,
  question,
}: {
  consultationId: string;
  residentId: string;
  question: Question;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const formats = useFormats();
  const { online } = useLink();
  const [signing, setSigning] = useState(false);
  const [looking, setLooking] = useState(false);
  const [unread, setUnread] = useState<unknown>();
  const chart = useQuery({ queryKey: ["residents", residentId], queryFn: () => api.residents.getFresh(residentId) });
  const resident = chart.data?.data;
  const answer = useAction<RecordingAnswer, Question>(
    (said, key) => api.consents.answerRecording(consultationId, said, key),
    {
      onSuccess: () => void queries.invalidateQueries({ queryKey: ["consultations"] }),
    },
  );
  const { answer: said, answered_at, answered_by_name } = newestAnswer(question, answer.data);
  /** By the record as it is now: it may have been signed on another tablet, or before the link went. `undefined`: it cannot be read, which is said. */
  const isMissing = async (): Promise<boolean | undefined> => {
    setLooking(true);
    const { data, error } = await chart.refetch();
    setLooking(false);
    setUnread(error ?? undefined);
    return error || !data ? undefined : lacksRecording(data.data.consents);
  };
  const agree = async (): Promise<void> => {
    const missing = await isMissing();
    if (missing) setSigning(true);
    else if (missing === false) answer.mutate("agreed");
  };
  const refuse = (): void => {
    setUnread(undefined);
    answer.mutate("refused");
  };
  const signed = async (): Promise<void> => {
    setSigning(false);
    // Skipped or signed: only what was signed is a yes.
    if ((await isMissing()) === false) answer.mutate("agreed");
  };
  const busy = looking || answer.isPending;
  const problem = unread ?? answer.error ?? undefined;
  return (
    <div data-testid="recording-question">
      {said ? (
        <Group gap="xs">
          <Text size="sm" role="status">
            {t(`app:consents.recording.${said}`, {
              name: answered_by_name,
              time: answered_at ? formats.time(answered_at) : "",
            })}
          </Text>
          <Button
            variant="subtle"
            size="lg"
            disabled={!online || busy}
            onClick={() => (said === "agreed" ? refuse() : void agree())}
          >
            {t(`app:consents.recording.${said === "agreed" ? "refuseAfterAll" : "agreeAfterAll"}`)}
          </Button>
        </Group>
      ) : (
        <Banner
          meaning="person"
          icon={IconVideo}
          role="status"
          title={t("app:consents.recording.question")}
          action={
            <Group gap="sm">
              <Button size="lg" disabled={!online} loading={busy} onClick={() => void agree()}>
                {t("app:consents.recording.agree")}
              </Button>
              <Button
                size="lg"
                variant="default"
                leftSection={<IconVideoOff size={20} aria-hidden />}
                disabled={!online || busy}
                onClick={refuse}
              >
                {t("app:consents.recording.refuse")}
              </Button>
            </Group>
          }
        >
          {t(online ? "app:consents.recording.hint" : "app:consents.recording.offline")}
        </Banner>
      )}
      {problem !== undefined && <ProblemAlert error={problem} />}
      {signing && resident && <TakeConsents resident={resident} kinds={RECORDING} onClose={() => void signed()} />}
    </div>
  );
}
