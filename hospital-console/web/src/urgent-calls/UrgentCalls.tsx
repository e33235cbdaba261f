import type { UrgentCall } from "@yunzhen/client";
import { ProblemAlert, RelativeTime, useAction } from "@yunzhen/client/ui";
import { Button, Group, Text } from "@mantine/core";
import { IconBellRinging, IconPhoneIncoming } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { CallSheet } from "./CallSheet";
import { isUnanswered, mostUrgentFirst } from "./order";
import { useRinging } from "./useRinging";
import classes from "./urgent-calls.module.css";

/** A resident's one-key call takes over the top of every page, with sound, until somebody answers; then it waits for its end. */
export function UrgentCalls() {
  const { t } = useTranslation("app");
  const me = useStaff();
  const queryClient = useQueryClient();
  const [openId, setOpenId] = useState<string>();
  const query = useQuery({
    queryKey: keys.urgentCalls.open,
    queryFn: () => api.urgentCalls.list({ open: true }),
    // The live stream tells of a call at once; this is for the minute in which it is down.
    refetchInterval: 30_000,
  });
  const answer = useAction(
    ({ id, version }: { id: string; version: number }, key) => api.urgentCalls.answer(id, version, key),
    { onSuccess: (call) => setOpenId(call.id) },
  );
  const calls = [...(query.data?.items ?? [])].sort(mostUrgentFirst);
  // What a colleague answered is the colleague's; an answered one of mine stays until it has an end.
  const mine = calls.filter((call) => isUnanswered(call) || call.answered_by?.id === me.id);
  useRinging(mine.some((call) => isUnanswered(call)));
  const open = calls.find((call) => call.id === openId);
  const outdate = () => void queryClient.invalidateQueries({ queryKey: keys.urgentCalls.all });
  const take = (call: UrgentCall) => answer.mutate({ id: call.id, version: call.version }, { onSettled: outdate });
  return (
    <>
      {mine.length > 0 && (
        <section className={classes.calls} role="alert" aria-label={t("urgentCalls.title")}>
          {mine.map((call) => (
            <Line
              key={call.id}
              call={call}
              pending={answer.isPending && answer.variables.id === call.id}
              onAnswer={() => take(call)}
              onOpen={() => setOpenId(call.id)}
            />
          ))}
          {answer.isError && <ProblemAlert error={answer.error} />}
        </section>
      )}
      {open && (
        <CallSheet
          call={open}
          answering={answer.isPending}
          onAnswer={() => take(open)}
          onClose={() => setOpenId(undefined)}
        />
      )}
    </>
  );
}

interface LineProps {
  call: UrgentCall;
  pending: boolean;
  onAnswer: () => void;
  onOpen: () => void;
}

function Line({ call, pending, onAnswer, onOpen }: LineProps) {
  const { t } = useTranslation("app");
  const unanswered = isUnanswered(call);
  const who = call.resident?.name ?? t("urgentCalls.bedOnly");
  return (
    <div className={unanswered ? classes.ringing : classes.answered} data-testid={`urgent-call-${call.id}`}>
      <IconBellRinging size={28} aria-hidden />
      <div className={classes.words}>
        <Text fw={700} fz={18} lh={1.3}>
          {t("urgentCalls.from", { who, home: call.home_name, bed: call.bed })}
        </Text>
        <Text size="sm">
          {t(`shared:urgentCall.triage.${call.triage}`)} · <RelativeTime at={call.raised_at} /> ·{" "}
          {t(`shared:urgentCall.state.${call.state}`)}
        </Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        <Button variant="default" onClick={onOpen} aria-label={t("urgentCalls.lookAt", { who })}>
          {t("urgentCalls.look")}
        </Button>
        {call.allowed.includes("answer") && (
          <Button
            color="red"
            leftSection={<IconPhoneIncoming size={18} aria-hidden />}
            loading={pending}
            onClick={onAnswer}
            aria-label={t("urgentCalls.answerOf", { who })}
          >
            {t("urgentCalls.answer")}
          </Button>
        )}
        {!unanswered && call.allowed.includes("end") && (
          <Button onClick={onOpen} aria-label={t("urgentCalls.endOf", { who })}>
            {t("urgentCalls.end")}
          </Button>
        )}
      </Group>
    </div>
  );
}
