import { Button, Group, Stack, Text } from "@mantine/core";
import { IconUserQuestion } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ConsentLack, Guest, InvitationKind } from "../api/types";
import { useAction } from "./hooks";
import { useApi } from "./provider";
import { Banner, ProblemAlert } from "./states";

/** A guest must not wait longer at the door than this until somebody sees it. */
const LOOK_MS = 3_000;

/** Where the guests of a consultation are kept: whoever invites one fetches them anew. */
export const guestsOf = (consultationId: string) => ["consultations", "guests", consultationId] as const;

/** Who of the guests the resident's consent to family is about. */
export const lackFor = (kind: InvitationKind, lack: ConsentLack | undefined): ConsentLack | undefined =>
  kind === "family" ? lack : undefined;

/** Who was invited, for nurse and specialist: whoever waits at the door first, with what can be done about each. `size`: of the buttons; `familyLack`: why family being present is not consented to. */
export function Guests({
  consultationId,
  familyLack,
  size = "sm",
}: {
  consultationId: string;
  familyLack: ConsentLack | undefined;
  size?: string;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const list = useQuery({
    queryKey: guestsOf(consultationId),
    queryFn: () => api.consultations.guests(consultationId),
    refetchInterval: LOOK_MS,
  });
  if (list.isError && !list.data) return <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />;
  const guests = list.data?.items ?? [];
  if (guests.length === 0) return null;
  const waiting = guests.filter((guest) => guest.state === "waiting");
  return (
    <Stack component="section" gap="xs" aria-label={t("guests.title")} data-testid="guests">
      {[...waiting, ...guests.filter((guest) => guest.state !== "waiting")].map((guest) => (
        <GuestRow
          key={guest.id}
          consultationId={consultationId}
          guest={guest}
          lack={lackFor(guest.kind, familyLack)}
          size={size}
        />
      ))}
    </Stack>
  );
}

function GuestRow({
  consultationId,
  guest,
  lack,
  size,
}: {
  consultationId: string;
  guest: Guest;
  lack: ConsentLack | undefined;
  size: string;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const refresh = { onSuccess: () => void queries.invalidateQueries({ queryKey: guestsOf(consultationId) }) };
  const admit = useAction((seen: Guest, key) => api.consultations.admitGuest(consultationId, seen, key), refresh);
  const revoke = useAction((seen: Guest, key) => api.consultations.revokeGuest(consultationId, seen, key), refresh);
  const words = { name: guest.display_name, kind: t(`guests.kind.${guest.kind}`) };
  const away = t(`guests.${guest.state === "waiting" ? "refuse" : guest.state === "admitted" ? "remove" : "takeBack"}`);
  const problem = admit.error ?? revoke.error;
  const sendAway = (
    <Button
      variant="default"
      size={size}
      loading={revoke.isPending}
      aria-label={t("guests.of", { action: away, name: guest.display_name })}
      onClick={() => revoke.mutate(guest)}
    >
      {away}
    </Button>
  );
  return (
    <div data-testid={`guest-${guest.state}`}>
      {guest.state === "waiting" ? (
        <Banner
          meaning="person"
          role="alert"
          icon={IconUserQuestion}
          action={
            <Group gap="xs">
              <Button
                size={size}
                loading={admit.isPending}
                aria-label={t("guests.of", { action: t("guests.admit"), name: guest.display_name })}
                onClick={() => admit.mutate(guest)}
              >
                {t("guests.admit")}
              </Button>
              {sendAway}
            </Group>
          }
        >
          {t("guests.waits", words)}
          {lack && <div data-testid="family-consent">{t(`guests.familyConsent.${lack}`)}</div>}
        </Banner>
      ) : (
        <Group gap="xs" justify="space-between">
          <Text size="sm">{t(`guests.${guest.state === "admitted" ? "admitted" : "open"}`, words)}</Text>
          {sendAway}
        </Group>
      )}
      {problem && <ProblemAlert error={problem} />}
    </div>
  );
}
