import { ApiError, Call } from "@yunzhen/client";
import {
  Banner,
  CallControls,
  CallStage,
  ColorSchemeSwitch,
  EmptyState,
  LanguageSwitch,
  MediaProblems,
  ProblemAlert,
  Skeletons,
  useCall,
} from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconLinkOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { Participants } from "../consultations/Participants";
import { useOwnCall } from "../consultations/useOwnCall";
import { deviceOf } from "./device";
import { asksTheLink, farewell } from "./farewell";
import classes from "./observer.module.css";

/** How often a guest at the door looks whether it was opened. */
const LOOK_MS = 2_000;

/** Family, an interpreter or a second specialist: a link, the door, one press, the call. No account. */
export function ObserverPage() {
  const { token = "" } = useParams();
  const { t } = useTranslation("app");
  useTitle(t("observers.title"));
  const session = useQuery({
    queryKey: ["observer-session", token],
    queryFn: () => api.session.observer(token, deviceOf(token, localStorage)),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const gone = session.error instanceof ApiError && session.error.status >= 400 && session.error.status < 500;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Text fw={700}>{t("app.product")}</Text>
        <Group gap="xs">
          <LanguageSwitch />
          <ColorSchemeSwitch />
        </Group>
      </header>
      {session.isPending ? (
        <Skeletons shape="card" />
      ) : session.data ? (
        <AtTheDoor session={session.data} />
      ) : gone ? (
        <EmptyState icon={IconLinkOff} title={t("observers.invalid.title")} hint={t("observers.invalid.hint")} />
      ) : (
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      )}
    </div>
  );
}

interface Arrived {
  consultation_id: string;
  display_name: string;
  admitted: boolean;
}

/** Nothing of the consultation is shown until somebody of it lets the guest in. */
function AtTheDoor({ session }: { session: Arrived }) {
  const { t } = useTranslation("app");
  const standing = useQuery({
    queryKey: ["guest-standing", session.consultation_id],
    queryFn: () => api.session.guestStanding(),
    initialData: session,
    refetchInterval: (query) => (query.state.data?.admitted || query.state.status === "error" ? false : LOOK_MS),
    retry: (_, error) => !isSignedOut(error),
  });
  if (isSignedOut(standing.error)) {
    const why = standing.data.admitted ? "removed" : "sentAway";
    return <EmptyState icon={IconLinkOff} title={t(`observers.${why}.title`)} hint={t(`observers.${why}.hint`)} />;
  }
  if (standing.data.admitted) return <Ready consultationId={session.consultation_id} name={session.display_name} />;
  return (
    <main className={classes.welcome}>
      <Stack maw={460} role="status" data-testid="at-the-door">
        <Title order={1}>{t("observers.hello", { name: session.display_name })}</Title>
        <Text fw={600}>{t("observers.waiting.title")}</Text>
        <Text>{t("observers.waiting.hint")}</Text>
      </Stack>
    </main>
  );
}

function Ready({ consultationId, name }: { consultationId: string; name: string }) {
  const { t } = useTranslation("app");
  // A reload in the middle of the call goes straight back into it.
  const [joined, setJoined] = useState(() => Call.remembers(consultationId));
  if (joined) return <Joined consultationId={consultationId} />;
  return (
    <main className={classes.welcome}>
      <Stack maw={460}>
        <Title order={1}>{t("observers.hello", { name })}</Title>
        <Text>{t("observers.hint")}</Text>
        <Button size="lg" onClick={() => setJoined(true)}>
          {t("observers.join")}
        </Button>
      </Stack>
    </main>
  );
}

function Joined({ consultationId }: { consultationId: string }) {
  const call = useOwnCall(consultationId);
  return <main className={classes.stage}>{call && <InCall call={call} consultationId={consultationId} />}</main>;
}

function InCall({ call, consultationId }: { call: Call; consultationId: string }) {
  const { t } = useTranslation("app");
  const { room, state } = useCall(call);
  const ended = state.phase === "ended" ? state.reason : undefined;
  const standing = useQuery({
    queryKey: ["guest-standing", consultationId, "after"],
    queryFn: () => api.session.guestStanding(),
    enabled: ended !== undefined && asksTheLink(ended),
    gcTime: 0,
    retry: (_, error) => !isSignedOut(error),
  });
  const said = ended && farewell(ended, { isSuccess: standing.isSuccess, refused: isSignedOut(standing.error) });
  if (said === "removed") {
    return (
      <EmptyState
        level={1}
        icon={IconLinkOff}
        title={t("observers.removed.title")}
        hint={t("observers.removed.hint")}
      />
    );
  }
  return (
    <>
      <CallStage
        call={call}
        prefer="home"
        endedContent={
          said === "over" ? (
            <Banner meaning="waiting" title={t("observers.ended.title")}>
              {t("observers.ended.hint")}
            </Banner>
          ) : said === "unknown" ? (
            <Text>{t("shared:call.phase.ended")}</Text>
          ) : undefined
        }
      />
      <MediaProblems call={call} />
      <div className={classes.controls}>
        <CallControls call={call} onHangUp={() => call.hangUp()} />
      </div>
      {/* Who is not in the call is not told who is. */}
      {ended === undefined && <Participants participants={room?.participants ?? []} you={room?.you ?? undefined} />}
    </>
  );
}

const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;
