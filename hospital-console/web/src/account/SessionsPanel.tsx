import type { OwnSession } from "@yunzhen/client";
import { ProblemAlert, Skeletons, StatusChip, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDevices } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";

/** Where this person is signed in, with what ends it: one, all others, all. */
export function SessionsPanel({ onSignedOut }: { onSignedOut: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const query = useQuery({ queryKey: keys.account.sessions, queryFn: () => api.ownAccess.sessions() });
  const renewed = { onSuccess: () => void queries.invalidateQueries({ queryKey: keys.account.sessions }) };
  const end = useAction((id: string) => api.ownAccess.endSession(id), renewed);
  const others = useAction(() => api.ownAccess.endOthers(), renewed);
  const everywhere = useAction(() => api.ownAccess.signOutEverywhere(), { onSuccess: onSignedOut });
  const items = query.data?.items ?? [];
  const error = end.error ?? others.error ?? everywhere.error;
  return (
    <Section title={t("account.sessions.title")} icon={<IconDevices size={20} aria-hidden />}>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <Stack gap="sm">
          {items.map((session) => (
            <Row key={session.id} session={session} busy={end.isPending} onEnd={() => end.mutate(session.id)} />
          ))}
          {items.length === 1 && <Text c="dimmed">{t("account.sessions.alone")}</Text>}
          {error && <ProblemAlert error={error} />}
          <Group>
            <Button
              variant="default"
              disabled={items.length < 2}
              loading={others.isPending}
              onClick={() => others.mutate(undefined)}
            >
              {t("account.sessions.others")}
            </Button>
            <Button
              variant="subtle"
              color="red"
              loading={everywhere.isPending}
              onClick={() => everywhere.mutate(undefined)}
            >
              {t("account.sessions.everywhere")}
            </Button>
          </Group>
        </Stack>
      )}
    </Section>
  );
}

function Row({ session, busy, onEnd }: { session: OwnSession; busy: boolean; onEnd: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const device = session.home_name
    ? t("account.sessions.tablet", { home: session.home_name })
    : (session.device ?? t("account.sessions.unknown"));
  const facts = [
    t(`account.sessions.method.${session.method}`),
    session.address,
    t("account.sessions.opened", { at: formats.dateTime(session.opened_at) }),
    t("account.sessions.used", { at: formats.dateTime(session.last_used_at) }),
    session.idle_at
      ? t("account.sessions.idle", { at: formats.dateTime(session.idle_at) })
      : t("account.sessions.ends", { at: formats.dateTime(session.expires_at) }),
  ];
  return (
    <Group justify="space-between" wrap="nowrap" data-testid="session">
      <div>
        <Group gap="xs">
          <Text fw={600}>{device}</Text>
          {session.current && <StatusChip meaning="done">{t("account.sessions.current")}</StatusChip>}
        </Group>
        <Text size="sm" c="dimmed">
          {facts.filter(Boolean).join(" · ")}
        </Text>
      </div>
      {!session.current && (
        <Button
          variant="default"
          aria-label={t("account.sessions.end", { device })}
          disabled={busy}
          onClick={onEnd}
          style={{ flexShrink: 0 }}
        >
          {t("account.sessions.endShort")}
        </Button>
      )}
    </Group>
  );
}
