import type { ConsultationState, ConsultationSummary } from "@yunzhen/client";
import { ProblemAlert, RelativeTime, useAction } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { UrgencyChip } from "../common/chips";
import { keys } from "../common/keys";
import { AcceptSheet } from "./AcceptSheet";
import { OfferSheet } from "./OfferSheet";
import classes from "./appointments.module.css";

const STATES: readonly ConsultationState[] = ["awaiting_acceptance", "requested"];

/** What the homes ask: offered to me, to be accepted with a time or declined; and what nobody was asked for yet. */
export function RequestsPanel() {
  const { t } = useTranslation("app");
  const me = useStaff();
  const [accepting, setAccepting] = useState<ConsultationSummary>();
  const [offering, setOffering] = useState<ConsultationSummary>();
  const queryClient = useQueryClient();
  const query = useQuery({
    queryKey: keys.consultations.list(STATES),
    queryFn: () => api.consultations.list({ state: STATES.join(",") }),
  });
  const waitlist = useQuery({ queryKey: keys.schedule.waitlist, queryFn: api.schedule.waitlist });
  const outdate = () => void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
  const decline = useAction(
    ({ id, version }: { id: string; version: number }, key) => api.schedule.decline(id, version, key),
    { onSuccess: outdate },
  );
  const all = query.data?.items ?? [];
  const waits = new Set(waitlist.data?.items.map((entry) => entry.consultation.id));
  const mine = all.filter((c) => c.state === "awaiting_acceptance" && c.specialist?.id === me.id);
  const open = all.filter((c) => c.state === "requested" && !waits.has(c.id));
  return (
    <section aria-labelledby="requests">
      <Title order={2} fz={18} id="requests" mb="xs">
        {t("appointments.requests.title")}
      </Title>
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {decline.isError && <ProblemAlert error={decline.error} />}
      {query.isSuccess && mine.length + open.length === 0 && <Text c="dimmed">{t("appointments.requests.empty")}</Text>}
      <Stack gap={0}>
        {mine.map((c) => (
          <Request key={c.id} request={c}>
            <Button size="xs" onClick={() => setAccepting(c)}>
              {t("appointments.accept.action")}
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={decline.isPending && decline.variables.id === c.id}
              onClick={() => decline.mutate({ id: c.id, version: c.version }, { onError: outdate })}
            >
              {t("appointments.decline")}
            </Button>
          </Request>
        ))}
        {open.map((c) => (
          <Request key={c.id} request={c}>
            <Button size="xs" variant="default" onClick={() => setOffering(c)}>
              {t("appointments.offer.action")}
            </Button>
          </Request>
        ))}
      </Stack>
      {accepting && <AcceptSheet request={accepting} onClose={() => setAccepting(undefined)} />}
      {offering && <OfferSheet request={offering} onClose={() => setOffering(undefined)} />}
    </section>
  );
}

function Request({ request, children }: { request: ConsultationSummary; children: ReactNode }) {
  const { t } = useTranslation("app");
  const { state, resident } = request;
  return (
    <div className={classes.request} data-testid={`request-${request.id}`}>
      <Group gap="xs" wrap="nowrap">
        <Text fw={600}>{resident.name}</Text>
        <UrgencyChip urgency={request.urgency} />
      </Group>
      <Text size="sm" c="dimmed">
        {t(`appointments.requests.${state === "requested" ? "open" : "toMe"}`)} · {resident.home_name} ·{" "}
        <RelativeTime at={request.requested_at} />
      </Text>
      <Text size="sm" lineClamp={2} mb={6}>
        {request.reason}
      </Text>
      <Group gap="xs">{children}</Group>
    </div>
  );
}
