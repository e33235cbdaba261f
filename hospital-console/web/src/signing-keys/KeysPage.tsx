import type { SigningKey } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, FileButton, Group, Table, Text } from "@mantine/core";
import { IconDownload, IconKey, IconZoomExclamation } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { download } from "../common/download";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { ReasonSheet } from "../common/ReasonSheet";
import { SearchField } from "../common/SearchField";
import { WaitingOrAll } from "../common/WaitingOrAll";
import { ApproveKeySheet } from "./ApproveKeySheet";
import { KeyState, LicenceLine } from "./KeyState";
import { matchesKey } from "./fingerprint";

type Doing = { what: "approve" | "refuse" | "revoke"; key: SigningKey };

/** Everybody's keys, for the administrator who lets them sign. */
export function KeysPage() {
  const { t } = useTranslation("app");
  useTitle(t("signingKeys.all.title"));
  const queries = useQueryClient();
  const [all, setAll] = useState(false);
  const [typed, setTyped] = useState("");
  const [doing, setDoing] = useState<Doing>();
  const query = useQuery({ queryKey: keys.signingKeys.all, queryFn: () => api.signingKeys.list() });
  const list = useAction(() => api.signingKeys.revoked(), {
    onSuccess: (revoked) => save("revoked-keys.json", JSON.stringify(revoked, null, 2)),
  });
  const items = (query.data?.items ?? []).filter((key) => all || key.state === "requested");
  const shown = items.filter((key) => matchesKey(key, typed));
  const refresh = () => void queries.invalidateQueries({ queryKey: keys.signingKeys.all });
  return (
    <div className={page.page}>
      <PageHeader title={t("signingKeys.all.title")} note={t("signingKeys.all.lead")}>
        <WaitingOrAll
          label={t("signingKeys.all.filter")}
          waiting={t("signingKeys.all.waiting")}
          all={all}
          onChange={setAll}
        />
        <SearchField label={t("signingKeys.all.search")} value={typed} onChange={setTyped} w={240} />
        <Button
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          loading={list.isPending}
          onClick={() => list.mutate(undefined)}
        >
          {t("signingKeys.all.list")}
        </Button>
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {list.isError && <ProblemAlert error={list.error} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconKey}
          title={t(all ? "signingKeys.all.emptyAll" : "signingKeys.all.empty")}
          hint={t("signingKeys.all.emptyHint")}
        />
      )}
      {items.length > 0 && shown.length === 0 && (
        <EmptyState icon={IconZoomExclamation} title={t("signingKeys.all.noMatch")} />
      )}
      {shown.length > 0 && <Keys items={shown} onDo={(what, key) => setDoing({ what, key })} onCertified={refresh} />}
      {doing?.what === "approve" && (
        <ApproveKeySheet signingKey={doing.key} onClose={() => setDoing(undefined)} onDone={refresh} />
      )}
      {doing && doing.what !== "approve" && (
        <ReasonSheet
          title={t(`signingKeys.${doing.what}.title`)}
          hint={t(`signingKeys.${doing.what}.hint`)}
          action={t(`signingKeys.${doing.what}.action`)}
          danger
          run={(reason, key) =>
            doing.what === "refuse"
              ? api.signingKeys.refuse(doing.key.id, doing.key.version, reason, key)
              : api.signingKeys.revoke(doing.key.id, doing.key.version, reason, key)
          }
          onClose={() => setDoing(undefined)}
          onDone={refresh}
        />
      )}
    </div>
  );
}

function save(name: string, text: string) {
  download(name, text, "application/json");
}

/** The answer of an authority that is kept offline, for an approved key. */
function CertificateButton({ signingKey, onDone }: { signingKey: SigningKey; onDone: () => void }) {
  const { t } = useTranslation("app");
  const certify = useAction(
    (pem: string, key) => api.signingKeys.certify(signingKey.id, signingKey.version, pem, key),
    { onSuccess: onDone },
  );
  return (
    <>
      <FileButton accept=".pem,.crt" onChange={(file) => void file?.text().then((text) => certify.mutate(text))}>
        {(props) => (
          <Button
            variant="default"
            loading={certify.isPending}
            aria-label={`${t("signingKeys.all.certificateFile")}: ${signingKey.staff.name}`}
            {...props}
          >
            {t("signingKeys.all.certificateFile")}
          </Button>
        )}
      </FileButton>
      {certify.isError && <ProblemAlert error={certify.error} />}
    </>
  );
}

function Keys({
  items,
  onDo,
  onCertified,
}: {
  items: SigningKey[];
  onDo: (what: Doing["what"], key: SigningKey) => void;
  onCertified: () => void;
}) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={1040}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("signingKeys.column.who")}</Table.Th>
            <Table.Th>{t("signingKeys.column.licence")}</Table.Th>
            <Table.Th>{t("signingKeys.column.fingerprint")}</Table.Th>
            <Table.Th>{t("signingKeys.column.device")}</Table.Th>
            <Table.Th>{t("signingKeys.column.asked")}</Table.Th>
            <Table.Th>{t("signingKeys.column.state")}</Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((key) => (
            <Table.Tr key={key.id} data-testid={`key-${key.id}`} data-state={key.state}>
              <Table.Td>
                <Text fw={600}>{key.staff.name}</Text>
                <Text size="sm" c="dimmed">
                  {[t(`shared:role.${key.role}`), key.title].filter(Boolean).join(" · ")}
                </Text>
              </Table.Td>
              <Table.Td>
                <LicenceLine number={key.licence_number} record={key.licence} gap={key.licence_gap} />
              </Table.Td>
              <Table.Td ff="monospace">{key.fingerprint}</Table.Td>
              <Table.Td>{key.device}</Table.Td>
              <Table.Td>{formats.dateTime(key.requested_at)}</Table.Td>
              <Table.Td>
                <KeyState signingKey={key} />
              </Table.Td>
              <Table.Td ta="right">
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  {key.state === "requested" && (
                    <>
                      <Button
                        onClick={() => onDo("approve", key)}
                        aria-label={`${t("signingKeys.approve.action")}: ${key.staff.name}`}
                      >
                        {t("signingKeys.approve.action")}
                      </Button>
                      <Button
                        variant="default"
                        onClick={() => onDo("refuse", key)}
                        aria-label={`${t("signingKeys.refuse.action")}: ${key.staff.name}`}
                      >
                        {t("signingKeys.refuse.action")}
                      </Button>
                    </>
                  )}
                  {key.request && (
                    <Button
                      variant="default"
                      onClick={() => save(`signing-key-${key.id}.json`, key.request ?? "")}
                      aria-label={`${t("signingKeys.all.requestFile")}: ${key.staff.name}`}
                    >
                      {t("signingKeys.all.requestFile")}
                    </Button>
                  )}
                  {key.state === "approved" && <CertificateButton signingKey={key} onDone={onCertified} />}
                  {key.state === "approved" && (
                    <Button
                      variant="default"
                      onClick={() => onDo("revoke", key)}
                      aria-label={`${t("signingKeys.revoke.action")}: ${key.staff.name}`}
                    >
                      {t("signingKeys.revoke.action")}
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
