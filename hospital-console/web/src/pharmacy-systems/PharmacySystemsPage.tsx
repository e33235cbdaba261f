import type { PharmacySystem } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Table, Text } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { useTitle } from "../app/useTitle";
import page from "../common/Page.module.css";
import { PageHeader } from "../common/PageHeader";
import { DeliveriesSheet } from "./DeliveriesSheet";
import { NewSystemSheet } from "./NewSystemSheet";
import { RevokeSheet, RotateSheet } from "./CredentialSheets";
import { SecretSheet, type Secret } from "./SecretSheet";
import { WebhookSheet } from "./WebhookSheet";

type Doing = { what: "make" } | { what: "rotate" | "revoke" | "webhook" | "deliveries"; system: PharmacySystem };

/** Credentials of pharmacies' own systems, their webhooks, and how events fared. A pharmacy sees its own and changes none. */
export function PharmacySystemsPage() {
  const { t } = useTranslation("app");
  const keeps = useStaff().role === "administrator";
  const words = keeps ? "pharmacySystems" : "pharmacySystems.own";
  useTitle(t(`${words}.title`));
  const [doing, setDoing] = useState<Doing>();
  const [secret, setSecret] = useState<Secret>();
  const systems = useQuery({ queryKey: ["pharmacy-systems"], queryFn: () => api.pharmacySystems.list() });
  const items = systems.data?.items ?? [];
  const close = () => setDoing(undefined);
  const show = (shown?: Secret) => {
    close();
    setSecret(shown);
  };
  return (
    <div className={page.page}>
      <PageHeader title={t(`${words}.title`)} note={t(`${words}.lead`)}>
        {keeps && <Button onClick={() => setDoing({ what: "make" })}>{t("pharmacySystems.make")}</Button>}
      </PageHeader>
      {systems.isPending && <Skeletons shape="rows" />}
      {systems.isError && <ProblemAlert error={systems.error} onRetry={() => void systems.refetch()} />}
      {systems.isSuccess && items.length === 0 && (
        <EmptyState icon={IconPlugConnected} title={t(`${words}.empty`)} hint={t(`${words}.emptyHint`)} />
      )}
      {items.length > 0 && <Systems items={items} keeps={keeps} onDo={setDoing} />}
      {doing?.what === "make" && (
        <NewSystemSheet pharmacies={systems.data?.pharmacies ?? []} onClose={close} onMade={show} />
      )}
      {doing?.what === "rotate" && <RotateSheet system={doing.system} onClose={close} onRotated={show} />}
      {doing?.what === "revoke" && <RevokeSheet system={doing.system} onClose={close} />}
      {doing?.what === "webhook" && <WebhookSheet system={doing.system} onClose={close} onSecret={show} />}
      {doing?.what === "deliveries" && <DeliveriesSheet system={doing.system} onClose={close} />}
      {secret && <SecretSheet secret={secret} onClose={() => setSecret(undefined)} />}
    </div>
  );
}

interface Doable {
  /** Makes and changes them; else looks at them. */
  keeps: boolean;
  onDo: (doing: Doing) => void;
}

function Systems({ items, keeps, onDo }: Doable & { items: PharmacySystem[] }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={900} aria-label={t("pharmacySystems.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("pharmacySystems.column.system")}</Table.Th>
            <Table.Th>{t("pharmacySystems.column.state")}</Table.Th>
            <Table.Th>{t("pharmacySystems.column.used")}</Table.Th>
            <Table.Th w="34%">{t("pharmacySystems.column.webhook")}</Table.Th>
            {keeps && <Table.Td />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((system) => (
            <Table.Tr key={system.id} data-testid={`system-${system.id}`}>
              <Table.Td>
                <Text fw={600}>{system.name}</Text>
                <Text size="sm" c="dimmed">
                  {system.pharmacy.name}
                </Text>
              </Table.Td>
              <Table.Td>
                <StatusChip meaning={system.revoked_at ? "waiting" : "done"}>
                  {t(`pharmacySystems.state.${system.revoked_at ? "revoked" : "working"}`)}
                </StatusChip>
                {system.former_secret_until && (
                  <Text size="sm" c="dimmed">
                    {t("pharmacySystems.state.overlap", { time: formats.dateTime(system.former_secret_until) })}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                {system.last_used_at ? formats.dateTime(system.last_used_at) : t("pharmacySystems.never")}
              </Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                {!system.revoked_at && <WebhookCell system={system} keeps={keeps} onDo={onDo} />}
              </Table.Td>
              {keeps && (
                <Table.Td>
                  {!system.revoked_at && (
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button variant="default" onClick={() => onDo({ what: "rotate", system })}>
                        {t("pharmacySystems.rotate")}
                      </Button>
                      <Button variant="default" onClick={() => onDo({ what: "revoke", system })}>
                        {t("pharmacySystems.revoke")}
                      </Button>
                    </Group>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function WebhookCell({ system, keeps, onDo }: Doable & { system: PharmacySystem }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const hook = system.webhook;
  return (
    <>
      {hook ? <Text size="sm">{hook.url}</Text> : <Text c="dimmed">{t("pharmacySystems.webhook.none")}</Text>}
      {hook && (
        <StatusChip meaning={hook.switched_off_at ? "danger" : hook.failing_since ? "person" : "done"}>
          {hook.switched_off_at
            ? t("pharmacySystems.webhook.off")
            : hook.failing_since
              ? t("pharmacySystems.webhook.failing", { time: formats.dateTime(hook.failing_since) })
              : t("pharmacySystems.webhook.working")}
        </StatusChip>
      )}
      <Group gap="xs" mt="xs">
        {keeps && (
          <Button variant="default" onClick={() => onDo({ what: "webhook", system })}>
            {t(`pharmacySystems.webhook.${hook?.switched_off_at ? "on" : hook ? "change" : "set"}`)}
          </Button>
        )}
        {hook && (
          <Button variant="default" onClick={() => onDo({ what: "deliveries", system })}>
            {t("pharmacySystems.webhook.deliveries")}
          </Button>
        )}
      </Group>
    </>
  );
}
