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
import classes from "./observer.module.css";

/** Family or a second specialist: a link, one press, the call. No account. */
export function ObserverPage() {
  const { token = "" } = useParams();
  const { t } = useTranslation("app");
  useTitle(t("observers.title"));
  const session = useQuery({
    queryKey: ["observer-session", token],
    queryFn: () => api.session.observer(token),
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
        <Ready consultationId={session.data.consultation_id} name={session.data.display_name} />
      ) : gone ? (
        <EmptyState icon={IconLinkOff} title={t("observers.invalid.title")} hint={t("observers.invalid.hint")} />
      ) : (
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      )}
    </div>
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
  return <main className={classes.stage}>{call && <InCall call={call} />}</main>;
}

function InCall({ call }: { call: Call }) {
  const { t } = useTranslation("app");
  const { room, state } = useCall(call);
  const over = state.phase === "ended" && (state.reason === "hang_up" || state.reason === "over");
  return (
    <>
      <CallStage
        call={call}
        prefer="home"
        endedContent={
          over ? (
            <Banner meaning="waiting" title={t("observers.ended.title")}>
              {t("observers.ended.hint")}
            </Banner>
          ) : undefined
        }
      />
      <MediaProblems call={call} />
      <div className={classes.controls}>
        <CallControls call={call} onHangUp={() => call.hangUp()} />
      </div>
      <Participants participants={room?.participants ?? []} you={room?.you ?? undefined} />
    </>
  );
}
