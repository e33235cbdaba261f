import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBellOff, IconBellRinging, IconHandStop, IconUrgent } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { heardLate, type UrgentCall } from "@yunzhen/client";
import {
  Banner,
  Countdown,
  Portrait,
  ProblemAlert,
  rangeWord,
  RelativeTime,
  StatusChip,
  useAction,
  useApi,
  useFormats,
  useValueWords,
} from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EndCall } from "./end-call";
import { atOnce, isRinging, sameTime, whoMayCall, worstFirst } from "./standing";
import { useAlarm } from "./use-alarm";
import "./urgent-calls.css";

/** A call must not depend on one stream alone. */
const BACKSTOP_MS = 15_000;

/** Calls of the home's buttons, above whatever the nurse is doing, with sound until somebody takes them. */
export function IncomingCalls() {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const list = useQuery({
    queryKey: ["urgent-calls", "open"],
    queryFn: () => api.urgentCalls.openFresh(),
    refetchInterval: BACKSTOP_MS,
    refetchIntervalInBackground: true,
  });
  const since = list.data?.staleSince;
  const calls = worstFirst(list.data?.data.items ?? []);
  const ringing = calls.filter((call) => isRinging(call.state)).map((call) => call.id);
  const alarm = useAlarm(ringing);
  if (calls.length === 0) {
    return (list.isError && !list.data) || since ? (
      <div className="nurse-notice">
        <Banner meaning="person" role="status">
          {t("app:urgent.incoming.listError")}
        </Banner>
      </div>
    ) : null;
  }
  return (
    <section
      className={`nurse-incoming ${ringing.length > 0 ? "nurse-incoming-ringing" : "nurse-incoming-calm"}`}
      aria-label={t("app:urgent.incoming.title")}
      data-testid="incoming-calls"
    >
      <div role="alert" className="yz-visually-hidden">
        {calls
          .filter((call) => isRinging(call.state))
          .map((call) =>
            t("app:urgent.incoming.from", { bed: call.bed, name: whoMayCall(call, t("app:urgent.incoming.or")) }),
          )
          .join(t("separator"))}
      </div>
      {since && (
        <Banner meaning="person" role="status">
          {t("app:urgent.incoming.stale", { time: formats.dateTime(since) })}
        </Banner>
      )}
      {ringing.length > 0 && alarm.blocked && (
        <Banner
          meaning="person"
          icon={IconBellOff}
          action={
            <Button size="lg" leftSection={<IconBellRinging aria-hidden />} onClick={alarm.unblock}>
              {t("app:urgent.incoming.sound")}
            </Button>
          }
        >
          {t("app:urgent.incoming.soundBlocked")}
        </Banner>
      )}
      {calls.map((call, position) => (
        <IncomingCall
          key={call.id}
          call={call}
          full={position === 0}
          stale={since !== undefined}
          onSilence={
            position === 0 && isRinging(call.state) && !alarm.silent && !alarm.blocked ? alarm.silence : undefined
          }
        />
      ))}
    </section>
  );
}

interface IncomingCallProps {
  call: UrgentCall;
  full: boolean;
  /** There is no link: what was done about it since is not known, and nothing can be said about it. */
  stale: boolean;
  onSilence?: () => void;
}

function IncomingCall({ call, full, stale, onSilence }: IncomingCallProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const formats = useFormats();
  const [endOpen, end] = useDisclosure(false);
  const answer = useAction((version: number, key) => api.urgentCalls.answer(call.id, version, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["urgent-calls"] }),
  });
  const { resident } = call;
  return (
    <article data-testid={`call-${call.id}`}>
      <div className="nurse-incoming-head">
        <h2 className="nurse-incoming-who">
          <IconUrgent size={36} aria-hidden style={{ verticalAlign: "-0.2em" }} />{" "}
          {resident
            ? t("app:urgent.incoming.from", { bed: call.bed, name: resident.name })
            : t("app:urgent.incoming.fromBed", { bed: call.bed })}
        </h2>
        {resident && <Portrait person={resident} size={56} />}
        {resident && (
          <span>
            {t(`sex.${resident.sex}`)} · {t("age", { n: resident.age })}
          </span>
        )}
        <span className="nurse-incoming-timer">
          {t("app:urgent.incoming.timer")} <Countdown from={Date.parse(call.raised_at)} />
        </span>
        {heardLate(call) && (
          <span>
            {t("app:urgent.incoming.heardLate", { time: formats.dateTime(call.pressed_at ?? call.raised_at) })}
          </span>
        )}
        {call.answered_by && (
          <StatusChip meaning="primary">
            {t("app:urgent.incoming.answeredBy", { name: call.answered_by.name })}
          </StatusChip>
        )}
        <div className="nurse-incoming-actions">
          {onSilence && (
            <Button variant="default" size="xl" leftSection={<IconBellOff aria-hidden />} onClick={onSilence}>
              {t("app:urgent.incoming.silence")}
            </Button>
          )}
          {resident && (
            <Button component={Link} to={`/residents/${resident.id}`} variant="default" size="xl">
              {t("app:urgent.incoming.open")}
            </Button>
          )}
          {!stale && call.allowed.includes("answer") && (
            <Button
              size="xl"
              color="red"
              className="nurse-primary"
              leftSection={<IconHandStop aria-hidden />}
              loading={answer.isPending}
              onClick={() => answer.mutate(call.version)}
            >
              {t("app:urgent.incoming.answer")}
            </Button>
          )}
          {!stale && call.state === "answered" && call.allowed.includes("end") && (
            <Button size="xl" className="nurse-primary" onClick={end.open}>
              {t("app:urgent.incoming.end")}
            </Button>
          )}
        </div>
      </div>
      {call.shared_by.length > 0 && <SharedBed call={call} />}
      {answer.error && <ProblemAlert error={answer.error} />}
      {full && <Details call={call} />}
      <EndCall call={call} opened={endOpen} onClose={end.close} />
    </article>
  );
}

/** Several residents have the bed: nobody is guessed, each of them is one press away. */
function SharedBed({ call }: { call: UrgentCall }) {
  const { t } = useTranslation();
  return (
    <div className="nurse-incoming-shared" data-testid="shared-bed">
      <strong>{t("app:urgent.incoming.shared")}</strong>
      {call.shared_by.map((person) => (
        <Button
          key={person.id}
          component={Link}
          to={`/residents/${person.id}`}
          variant="default"
          size="xl"
          leftSection={<Portrait person={person} size={40} />}
        >
          {person.name} · {t(`sex.${person.sex}`)} · {t("age", { n: person.age })}
        </Button>
      ))}
    </div>
  );
}

/** What is known before anybody is at the bed, and whom the call has reached so far. */
function Details({ call }: { call: UrgentCall }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useValueWords();
  const signs = atOnce(call.vital_signs ?? []);
  const measuredAt = sameTime(signs);
  return (
    <div className="nurse-incoming-body">
      <div>
        <StatusChip meaning={call.triage === "in_range" ? "done" : "person"}>
          {t(`app:urgent.triage.${call.triage}`)}
        </StatusChip>
        {signs.length > 0 && (
          <ul className="nurse-incoming-vitals" aria-label={t("app:urgent.incoming.last")}>
            {signs.map((one) => {
              const word = rangeWord(one);
              return (
                <li key={one.id}>
                  {t(`vital.${one.code}`)} <strong>{words(one).value}</strong> {words(one).unit}
                  {word !== "inRange" && <strong> {t(`vital.${word}`)}</strong>}
                  {measuredAt === undefined && <span className="nurse-dim"> {formats.dateTime(one.measured_at)}</span>}
                </li>
              );
            })}
            {measuredAt && (
              <li className="nurse-dim">
                {formats.dateTime(measuredAt)} · <RelativeTime at={measuredAt} />
              </li>
            )}
          </ul>
        )}
      </div>
      <div>
        <ol className="nurse-incoming-steps">
          {call.steps.map((step) => (
            <li key={`${step.state}${step.at}`}>
              <strong>{formats.time(step.at)}</strong> {t(`app:urgent.state.${step.state}`)}
            </li>
          ))}
        </ol>
        {call.called.length > 0 && (
          <div>
            {t("app:urgent.calledWho", { names: call.called.map((person) => person.name).join(t("separator")) })}
          </div>
        )}
      </div>
    </div>
  );
}
