import type { SigningKey } from "@yunzhen/client";
import { Banner, EmptyState, ProblemAlert, Skeletons, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { ReasonSheet } from "../common/ReasonSheet";
import { KeyState } from "./KeyState";
import { fingerprint } from "./fingerprint";
import { useKeyHere } from "./useKeyObstacle";

/** What this browser holds, how it stands, and the person's keys elsewhere. */
export function MyKeysPage() {
  const { t } = useTranslation("app");
  useTitle(t("signingKeys.mine.title"));
  const queries = useQueryClient();
  const { signer, known, here } = useKeyHere();
  const [revoking, setRevoking] = useState<SigningKey>();
  const refresh = () => void queries.invalidateQueries({ queryKey: keys.signingKeys.all });
  const enrol = useAction(
    async (input: { again: boolean }) => {
      if (input.again) await signer.discard();
      return signer.enrol();
    },
    { onSuccess: refresh },
  );
  const items = known.data?.items ?? [];
  const own = items.find((key) => key.key_sha256 === here.data);
  const others = items.filter((key) => key.id !== own?.id);
  const ended = own?.state === "refused" || own?.state === "revoked";
  return (
    <div className={page.page}>
      <PageHeader title={t("signingKeys.mine.title")} note={t("signingKeys.mine.lead")} />
      {(known.isPending || here.isPending) && <Skeletons shape="card" />}
      {known.isError && <ProblemAlert error={known.error} onRetry={() => void known.refetch()} />}
      {here.isError && <ProblemAlert error={here.error} onRetry={() => void here.refetch()} />}
      {enrol.isError && <ProblemAlert error={enrol.error} />}
      {known.isSuccess && here.isSuccess && here.data === null && (
        <EmptyState
          icon={IconKey}
          title={t("signingKeys.mine.hereNone")}
          hint={t("signingKeys.mine.hereNoneHint")}
          action={
            <Button loading={enrol.isPending} onClick={() => enrol.mutate({ again: false })}>
              {t("signingKeys.mine.enrol")}
            </Button>
          }
        />
      )}
      {known.isSuccess && typeof here.data === "string" && (
        <Stack className={page.surface} p="md" gap="sm" data-testid="key-here">
          <Title order={2} fz={18}>
            {t("signingKeys.mine.here")}
          </Title>
          {own ? (
            <div>
              <KeyState signingKey={own} />
            </div>
          ) : (
            <Banner meaning="person" role="status">
              {t("signingKeys.mine.differs")}
            </Banner>
          )}
          {!ended && (
            <>
              <Text>{t("signingKeys.mine.compare")}</Text>
              <Text ff="monospace" fz={22} fw={600} data-testid="fingerprint">
                {fingerprint(here.data)}
              </Text>
            </>
          )}
          <Group>
            {(!own || ended) && (
              <Button loading={enrol.isPending} onClick={() => enrol.mutate({ again: ended })}>
                {t(ended ? "signingKeys.mine.again" : "signingKeys.mine.enrol")}
              </Button>
            )}
            {own && !ended && (
              <Button variant="default" onClick={() => setRevoking(own)}>
                {t("signingKeys.revoke.action")}
              </Button>
            )}
          </Group>
        </Stack>
      )}
      {others.length > 0 && (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="sm" miw={720}>
            <Table.Caption>{t("signingKeys.mine.others")}</Table.Caption>
            <KeyHead />
            <Table.Tbody>
              {others.map((key) => (
                <OtherKey key={key.id} signingKey={key} onRevoke={() => setRevoking(key)} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {revoking && (
        <ReasonSheet
          title={t("signingKeys.revoke.title")}
          hint={t("signingKeys.revoke.hint")}
          action={t("signingKeys.revoke.action")}
          danger
          run={(reason, key) => api.signingKeys.revoke(revoking.id, revoking.version, reason, key)}
          onClose={() => setRevoking(undefined)}
          onDone={refresh}
        />
      )}
    </div>
  );
}

function KeyHead() {
  const { t } = useTranslation("app");
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th>{t("signingKeys.column.device")}</Table.Th>
        <Table.Th>{t("signingKeys.column.fingerprint")}</Table.Th>
        <Table.Th>{t("signingKeys.column.asked")}</Table.Th>
        <Table.Th>{t("signingKeys.column.state")}</Table.Th>
        <ActionsHead />
      </Table.Tr>
    </Table.Thead>
  );
}

function OtherKey({ signingKey, onRevoke }: { signingKey: SigningKey; onRevoke: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const live = signingKey.state === "approved" || signingKey.state === "requested";
  return (
    <Table.Tr>
      <Table.Td>{signingKey.device}</Table.Td>
      <Table.Td ff="monospace">{signingKey.fingerprint}</Table.Td>
      <Table.Td>{formats.dateTime(signingKey.requested_at)}</Table.Td>
      <Table.Td>
        <KeyState signingKey={signingKey} />
      </Table.Td>
      <Table.Td ta="right">
        {live && (
          <Button
            variant="default"
            onClick={onRevoke}
            aria-label={`${t("signingKeys.revoke.action")}: ${signingKey.device}`}
          >
            {t("signingKeys.revoke.action")}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
