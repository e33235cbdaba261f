import { Button, Group, Text } from "@mantine/core";
import { IconVideo, IconVideoOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ConsentKind, RecordingAnswer, RecordingQuestion as Question } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLink } from "../box/box-context";
import { TakeConsents } from "./take-consents";
import { lacksRecording } from "./texts";

const RECORDING: readonly ConsentKind[] = ["recording"];

/** At the beginning of a consultation, where the hospital always asks: may it be recorded? A no is written down and holds nothing up; a yes needs the signed consent. */
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
  const chart = useQuery({ queryKey: ["residents", residentId], queryFn: () => api.residents.getFresh(residentId) });
  const resident = chart.data?.data;
  const answer = useAction<RecordingAnswer, Question>(
    (said, key) => api.consents.answerRecording(consultationId, said, key),
    {
      onSuccess: () => void queries.invalidateQueries({ queryKey: ["consultations"] }),
    },
  );
  const said = question.answer;
  const agree = (): void => {
    if (resident && lacksRecording(resident.consents)) setSigning(true);
    else answer.mutate("agreed");
  };
  const signed = async (): Promise<void> => {
    setSigning(false);
    // Skipped or signed: only what was signed is a yes.
    const { data } = await chart.refetch();
    if (data && !lacksRecording(data.data.consents)) answer.mutate("agreed");
  };
  return (
    <div data-testid="recording-question">
      {said ? (
        <Group gap="xs">
          <Text size="sm" role="status">
            {t(`app:consents.recording.${said}`, {
              name: question.answered_by_name,
              time: question.answered_at ? formats.time(question.answered_at) : "",
            })}
          </Text>
          <Button
            variant="subtle"
            size="lg"
            disabled={!online || answer.isPending}
            onClick={() => (said === "agreed" ? answer.mutate("refused") : agree())}
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
              <Button size="lg" disabled={!online} loading={answer.isPending} onClick={agree}>
                {t("app:consents.recording.agree")}
              </Button>
              <Button
                size="lg"
                variant="default"
                leftSection={<IconVideoOff size={20} aria-hidden />}
                disabled={!online || answer.isPending}
                onClick={() => answer.mutate("refused")}
              >
                {t("app:consents.recording.refuse")}
              </Button>
            </Group>
          }
        >
          {t(online ? "app:consents.recording.hint" : "app:consents.recording.offline")}
        </Banner>
      )}
      {answer.error && <ProblemAlert error={answer.error} />}
      {signing && resident && <TakeConsents resident={resident} kinds={RECORDING} onClose={() => void signed()} />}
    </div>
  );
}
