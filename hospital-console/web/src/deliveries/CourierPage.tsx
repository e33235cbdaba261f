import { ApiError, LiveEvents } from "@yunzhen/client";
import {
  Banner,
  ColorSchemeSwitch,
  Countdown,
  LanguageSwitch,
  ProblemAlert,
  Skeletons,
  useAction,
  useNow,
} from "@yunzhen/client/ui";
import { Button, Group, PinInput, Stack, Text, Title } from "@mantine/core";
import { IconWifiOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { dropRun, keepRun, keptRun, openRun } from "./keptRun";
import { Run } from "./Run";
import classes from "./courier.module.css";

const PIN_LENGTH = 6;
const remembered = (token: string) => `yz.courier.${token}`;

/** The courier's page: a link and a PIN, no account. The session cookie keeps it open afterwards, the phone itself where there is no signal. */
export function CourierPage() {
  const { token = "" } = useParams();
  const { t } = useTranslation("app");
  useTitle(t("deliveries.pin.title"));
  useEffect(keepPage, []);
  const [runId, setRunId] = useState<string | undefined>(() => localStorage.getItem(remembered(token)) ?? undefined);
  const queryClient = useQueryClient();
  const enter = (id: string) => {
    localStorage.setItem(remembered(token), id);
    openRun(id, Date.now());
    setRunId(id);
  };
  const leave = () => {
    localStorage.removeItem(remembered(token));
    dropRun();
    queryClient.removeQueries({ queryKey: keys.deliveries.all });
    setRunId(undefined);
  };
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Text fw={600}>{t("deliveries.pin.title")}</Text>
        <Group gap="xs" wrap="nowrap">
          <LanguageSwitch />
          <ColorSchemeSwitch />
        </Group>
      </header>
      {runId === undefined ? (
        <PinEntry token={token} onEntered={enter} />
      ) : (
        <Opened runId={runId} onSignedOut={leave} />
      )}
    </div>
  );
}

function PinEntry({ token, onEntered }: { token: string; onEntered: (runId: string) => void }) {
  const { t } = useTranslation("app");
  const [pin, setPin] = useState("");
  // Boxes that are full are complete only once: what is typed over a wrong PIN would not be sent. So one that is refused empties them.
  const [wrongOnes, setWrongOnes] = useState(0);
  // The relay says how long it takes no PIN at all.
  const [until, setUntil] = useState(0);
  const open = useAction((entered: string) => api.session.courier(token, entered), {
    onSuccess: ({ run_id }) => onEntered(run_id),
    onError: ({ status, retryAfterMs = 0 }) => {
      setUntil(Date.now() + retryAfterMs);
      if (status === 401 || status === 404 || status === 429) {
        setPin("");
        setWrongOnes((n) => n + 1);
      }
    },
  });
  const waitUntil = useNow(1000) < until ? until : undefined;
  const enter = (entered: string) => {
    if (entered.length === PIN_LENGTH && waitUntil === undefined) open.mutate(entered);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter(pin);
  };
  return (
    <main className={classes.main}>
      <form onSubmit={submit} className={classes.form}>
        <Title order={1} fz={22}>
          {t("deliveries.pin.hint")}
        </Title>
        <PinInput
          key={wrongOnes}
          length={PIN_LENGTH}
          type="number"
          inputMode="numeric"
          oneTimeCode
          size="lg"
          gap={6}
          placeholder=""
          classNames={{ root: classes.pin, pinInput: classes.pinBox, input: classes.pinDigit }}
          value={pin}
          onChange={setPin}
          onComplete={enter}
          aria-label={t("deliveries.pin.label")}
          getInputProps={(index) => ({ "aria-label": `${t("deliveries.pin.label")} ${index + 1}/${PIN_LENGTH}` })}
          autoFocus
        />
        {open.error && <PinProblem error={open.error} waitUntil={waitUntil} />}
        <div className={classes.bottom}>
          <Button
            type="submit"
            size="xl"
            fullWidth
            disabled={pin.length < PIN_LENGTH || waitUntil !== undefined}
            loading={open.isPending}
          >
            {t("deliveries.pin.open")}
          </Button>
        </div>
      </form>
    </main>
  );
}

/** A parcel that is called back, held or let go is told in the moment, not at the next look. */
function useLive() {
  const queryClient = useQueryClient();
  const live = useMemo(() => new LiveEvents({ queries: queryClient }), [queryClient]);
  useEffect(() => {
    live.start();
    const retry = () => live.retryNow();
    window.addEventListener("online", retry);
    return () => {
      window.removeEventListener("online", retry);
      live.stop();
    };
  }, [live]);
}

function PinProblem({ error, waitUntil }: { error: ApiError; waitUntil: number | undefined }) {
  const { t } = useTranslation("app");
  if (error.code === "network") {
    return (
      <Banner meaning="person" icon={IconWifiOff} role="alert">
        {t("deliveries.pin.noSignal")}
      </Banner>
    );
  }
  if (error.code === "courier_run_over")
    return (
      <Banner meaning="done" role="alert">
        {t("deliveries.pin.over")}
      </Banner>
    );
  if (error.status === 401 || error.status === 404)
    return (
      <Banner meaning="danger" role="alert">
        {t("deliveries.pin.wrong")}
      </Banner>
    );
  if (error.status === 429)
    return (
      <Banner meaning="person" role="alert">
        {waitUntil === undefined ? (
          t("deliveries.pin.again")
        ) : (
          <>
            {t("deliveries.pin.throttled")} <Countdown until={waitUntil} />
          </>
        )}
      </Banner>
    );
  return <ProblemAlert error={error} />;
}

/** The page itself is kept on the phone; without TLS, and while it is developed, there is no such thing. */
function keepPage(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/courier-worker.js", { scope: "/courier/" }).catch((error: unknown) => {
    console.warn("the courier's page is not kept on this phone", error);
  });
}

function Opened({ runId, onSignedOut }: { runId: string; onSignedOut: () => void }) {
  const { t } = useTranslation("app");
  useLive();
  const [kept] = useState(() => keptRun(runId, Date.now()));
  const query = useQuery({
    queryKey: keys.deliveries.run(runId),
    queryFn: () => api.courierRuns.get(runId),
    initialData: kept?.run,
    initialDataUpdatedAt: kept?.at,
    refetchOnMount: "always",
    // What no event tells, and what a phone without a signal did not hear.
    refetchInterval: 20_000,
    refetchOnReconnect: true,
  });
  const ended = query.error instanceof ApiError && (query.error.status === 401 || query.error.status === 404);
  const { data, dataUpdatedAt } = query;
  useEffect(() => {
    if (ended) dropRun();
    else if (data) keepRun(data, dataUpdatedAt);
  }, [data, dataUpdatedAt, ended]);
  if (data && !ended) {
    const unanswered = query.isError || query.failureCount > 0;
    return <Run run={data} asOf={unanswered ? dataUpdatedAt : undefined} />;
  }
  if (query.isPending) return <Skeletons shape="card" count={5} />;
  return (
    <main className={classes.main}>
      <Stack>
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {ended && (
          <Group>
            <Button size="lg" fullWidth onClick={onSignedOut}>
              {t("deliveries.pin.hint")}
            </Button>
          </Group>
        )}
      </Stack>
    </main>
  );
}
