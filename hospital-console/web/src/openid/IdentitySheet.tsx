import type { Identity, IdentityProvider, NewIdentity, Staff } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";
import { useProviderName } from "./useProviderName";

/** By what a hospital's provider knows somebody: entered and taken away by an administrator, and by nothing else. */
export function IdentitySheet(props: { staff: Staff; providers: readonly IdentityProvider[]; onClose: () => void }) {
  const { t } = useTranslation("app");
  const { id, name } = props.staff;
  const queries = useQueryClient();
  const query = useQuery({ queryKey: keys.identitiesOf(id), queryFn: () => api.ownAccess.identitiesOf(id) });
  const renewed = { onSuccess: () => void queries.invalidateQueries({ queryKey: keys.identitiesOf(id) }) };
  const unbind = useAction((issuer: string) => api.ownAccess.unbindIdentity(id, issuer), renewed);
  const items = query.data?.items ?? [];
  // Each provider speaks for its own hospital's people, and knows each of them once.
  const free = props.providers.filter(
    (provider) =>
      (provider.hospital === undefined || provider.hospital === props.staff.hospital) &&
      !items.some((identity) => identity.provider === provider.id),
  );
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("openId.admin.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t("openId.admin.lead", { name })}</Text>
        {query.isPending && <Skeletons shape="rows" />}
        {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        {items.map((identity) => (
          <Bound
            key={identity.issuer}
            identity={identity}
            provider={props.providers.find((provider) => provider.id === identity.provider)}
            busy={unbind.isPending}
            onUnbind={() => unbind.mutate(identity.issuer)}
          />
        ))}
        {unbind.isError && <ProblemAlert error={unbind.error} />}
        {query.data && free.length > 0 && <Bind staffId={id} providers={free} onBound={() => renewed.onSuccess()} />}
        {query.data && free.length === 0 && items.length === 0 && <Text c="dimmed">{t("openId.admin.noneFits")}</Text>}
      </Stack>
    </Modal>
  );
}

function Bound(props: { identity: Identity; provider?: IdentityProvider; busy: boolean; onUnbind: () => void }) {
  const { t } = useTranslation("app");
  const name = useProviderName();
  return (
    <Group justify="space-between" wrap="nowrap" data-testid="identity">
      <div>
        <Text fw={600}>{props.provider ? name(props.provider) : props.identity.issuer}</Text>
        <Text size="sm" c="dimmed">
          {props.identity.subject}
        </Text>
      </div>
      <Button variant="default" color="red" loading={props.busy} onClick={props.onUnbind}>
        {t("openId.admin.unbind")}
      </Button>
    </Group>
  );
}

function Bind(props: { staffId: string; providers: readonly IdentityProvider[]; onBound: () => void }) {
  const { t } = useTranslation("app");
  const name = useProviderName();
  const [provider, setProvider] = useState(props.providers[0]?.id ?? "");
  const [subject, setSubject] = useState("");
  const bind = useAction((input: NewIdentity) => api.ownAccess.bindIdentity(props.staffId, input), {
    onSuccess: () => {
      setSubject("");
      props.onBound();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (subject.trim() !== "") bind.mutate({ provider, subject: subject.trim() });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {props.providers.length > 1 && (
          <NativeSelect
            label={t("openId.admin.provider")}
            value={provider}
            onChange={(event) => setProvider(event.currentTarget.value)}
            data={props.providers.map((one) => ({ value: one.id, label: name(one) }))}
          />
        )}
        <TextInput
          label={t("openId.admin.subject")}
          description={t("openId.admin.subjectHint")}
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          maxLength={255}
          error={problemAt(bind.error, "subject") ?? problemAt(bind.error, "provider")}
          data-autofocus
        />
        {bind.isError && !toldAt(bind.error, ["subject", "provider"]) && <ProblemAlert error={bind.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={bind.isPending} disabled={subject.trim() === ""}>
            {t("openId.admin.bind")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
