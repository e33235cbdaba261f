import type { RouteStop, Visit } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCloudOff, IconDeviceFloppy, IconSend } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { dateOf } from "../common/dates";
import { fieldError, lineError } from "../common/fields";
import { blank, expected, faultOf, forget, keep, keyFor, load, toResults, type Typed, type TypedStop } from "./results";
import { StopFields } from "./StopFields";

/**
 * What was found at each bed. Every character is kept on this computer at once, so that it can be typed without any
 * connection and sent later; sent twice, it is recorded once.
 */
export function ResultsForm({ visit, onSent }: { visit: Visit; onSent: (visit: Visit) => void }) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const queryClient = useQueryClient();
  const [kept, setKept] = useState(() => {
    const before = load(visit.id);
    return { ...before, typed: blank(visit, before.typed, dateOf(Date.now()), me.id) };
  });
  const [tried, setTried] = useState(false);
  const offline = useOffline();
  const typed = blank(visit, kept.typed, dateOf(Date.now()), me.id);
  const put = (next: Typed) => {
    const all = { ...kept, typed: next };
    setKept(all);
    keep(visit.id, all);
  };
  const send = useAction(
    (results: ReturnType<typeof toResults>) => {
      const sent = keyFor(kept, results);
      const all = { ...kept, sent };
      setKept(all);
      keep(visit.id, all);
      return api.visits.recordResults(visit.id, { results }, sent.key);
    },
    {
      onSuccess: (next) => {
        forget(visit.id);
        setKept({ typed: blank(next, {}, dateOf(Date.now()), me.id) });
        setTried(false);
        onSent(next);
        void queryClient.invalidateQueries({ queryKey: ["eligibility"] });
        notifications.show({ message: t("visits.results.sent"), color: "green" });
      },
    },
  );
  const results = toResults(visit, typed);
  const stops = expected(visit);
  const wrong = stops.some((stop) => faultOf(typed[stop.resident_id] as TypedStop));
  // The path of a problem counts those that were sent, not those that are shown.
  const place = (residentId: string) => results.findIndex((r) => r.resident_id === residentId);
  const submit = () => {
    setTried(true);
    if (!wrong && results.length > 0) send.mutate(results);
  };
  return (
    <form
      aria-labelledby="results"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack>
        <div>
          <Title order={2} fz={18} id="results">
            {t("visits.results.title")}
          </Title>
          <Group gap={6}>
            <IconDeviceFloppy size={16} aria-hidden />
            <Text size="sm" c="dimmed">
              {t("visits.results.kept")}
            </Text>
          </Group>
        </div>
        {offline && (
          <Banner meaning="person" icon={IconCloudOff} role="status">
            {t("visits.results.offline")}
          </Banner>
        )}
        {visit.route.map((home) => {
          const here = home.stops.filter((stop) => stop.state === "expected");
          return (
            here.length > 0 && (
              <Stack key={home.home_id} gap="sm">
                <Text fw={600}>{home.name}</Text>
                {here.map((stop: RouteStop) => (
                  <StopFields
                    key={stop.resident_id}
                    stop={stop}
                    doctors={visit.doctors}
                    value={typed[stop.resident_id] as TypedStop}
                    fault={tried ? faultOf(typed[stop.resident_id] as TypedStop) : undefined}
                    told={
                      lineError(send.error, `results[${place(stop.resident_id)}]`) ??
                      fieldError(send.error, `results[${place(stop.resident_id)}]`)
                    }
                    onChange={(next) => put({ ...typed, [stop.resident_id]: next })}
                  />
                ))}
              </Stack>
            )
          );
        })}
        {send.isError && <ProblemAlert error={send.error} />}
        <Group justify="flex-end">
          <Button
            type="submit"
            leftSection={<IconSend size={18} aria-hidden />}
            disabled={results.length === 0}
            loading={send.isPending}
          >
            {results.length === 0 ? t("visits.results.none") : t("visits.results.send", { count: results.length })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useOffline(): boolean {
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return offline;
}
