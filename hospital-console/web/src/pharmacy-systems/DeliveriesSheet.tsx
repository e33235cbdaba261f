import type { PharmacySystem, WebhookDelivery } from "@yunzhen/client";
import { Banner, EmptyState, ProblemAlert, Skeletons, StatusChip, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Drawer, Stack, Table, Text } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { More } from "../common/More";

const MEANING = { pending: "person", delivered: "done", dead: "danger" } as const;
const ANSWERS = ["timeout", "unreachable", "tls_failed", "name_unknown", "address_refused", "no_http"] as const;

/** What was sent to a system, how it fared, and once more at the press of a button. */
export function DeliveriesSheet({ system, onClose }: { system: PharmacySystem; onClose: () => void }) {
  const { t } = useTranslation("app");
  const sent = useInfiniteQuery({
    queryKey: ["pharmacy-systems", system.id, "deliveries"],
    queryFn: ({ pageParam }) => api.pharmacySystems.deliveries(system.id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = sent.data?.pages.flatMap((part) => part.items) ?? [];
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t("pharmacySystems.deliveries.title", { name: system.name })}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      {sent.isPending && <Skeletons shape="rows" />}
      {sent.isError && <ProblemAlert error={sent.error} onRetry={() => void sent.refetch()} />}
      {sent.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconSend}
          title={t("pharmacySystems.deliveries.empty")}
          hint={t("pharmacySystems.deliveries.emptyHint")}
        />
      )}
      {items.length > 0 && <Deliveries system={system} items={items} />}
      <More list={sent} />
    </Drawer>
  );
}

function Deliveries({ system, items }: { system: PharmacySystem; items: WebhookDelivery[] }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const again = useAction((id: string, key) => api.pharmacySystems.replay(id, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["pharmacy-systems"] }),
  });
  const fromHere = useAction((event: string, key) => api.pharmacySystems.replayFrom(system.id, event, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["pharmacy-systems"] }),
  });
  const answer = (said?: string) => {
    const known = ANSWERS.find((one) => one === said);
    return known ? t(`pharmacySystems.deliveries.answer.${known}`) : (said ?? "");
  };
  return (
    <>
      {again.isError && <ProblemAlert error={again.error} />}
      {fromHere.isError && <ProblemAlert error={fromHere.error} />}
      {fromHere.isSuccess && (
        <Banner meaning="done" role="status">
          {t("pharmacySystems.deliveries.sentFrom", { event: fromHere.variables })}
        </Banner>
      )}
      <Table.ScrollContainer minWidth={680}>
        <Table verticalSpacing="sm" aria-label={t("pharmacySystems.webhook.deliveries")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("pharmacySystems.deliveries.column.event")}</Table.Th>
              <Table.Th>{t("pharmacySystems.deliveries.column.state")}</Table.Th>
              <Table.Th>{t("pharmacySystems.deliveries.column.answer")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((one) => (
              <Table.Tr key={one.id} data-testid={`delivery-${one.id}`}>
                <Table.Td>
                  <Text fw={600}>{one.kind}</Text>
                  <Text size="sm" c="dimmed">
                    {one.event_id} · {formats.dateTime(one.happened_at)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <StatusChip meaning={MEANING[one.state]}>
                    {t(`pharmacySystems.deliveries.state.${one.state}`)}
                  </StatusChip>
                  <Text size="sm" c="dimmed">
                    {t("pharmacySystems.deliveries.tries", { count: one.attempts })}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {answer(one.last_answer)}
                  {one.next_at && (
                    <Text size="sm" c="dimmed">
                      {t("pharmacySystems.deliveries.column.next")} {formats.dateTime(one.next_at)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  <Stack gap="xs" align="flex-end">
                    <Button variant="default" loading={again.isPending} onClick={() => again.mutate(one.id)}>
                      {t("pharmacySystems.deliveries.again")}
                    </Button>
                    <Button
                      variant="default"
                      loading={fromHere.isPending}
                      onClick={() => fromHere.mutate(one.event_id)}
                    >
                      {t("pharmacySystems.deliveries.fromHere")}
                    </Button>
                  </Stack>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
