import { makePasskey, passkeysWork, type Passkey, type PasskeyCreation } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useAction, useFormats } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { IconFingerprint, IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";
import { Section } from "../common/Section";
import { ProofSheet } from "./ProofSheet";

type Step =
  | { at: "begin" }
  | { at: "name"; asked: PasskeyCreation }
  | { at: "rename" | "remove"; passkey: Passkey }
  | { at: "renamed"; passkey: Passkey; name: string };

/** Passkeys of this account: registered on this device, called something, removed. */
export function PasskeysPanel({ onRegistered }: { onRegistered?: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>();
  const query = useQuery({ queryKey: keys.account.passkeys, queryFn: () => api.ownAccess.passkeys() });
  const factor = useQuery({ queryKey: keys.account.secondFactor, queryFn: () => api.ownAccess.secondFactor() });
  const close = () => setStep(undefined);
  const done = () => {
    void queries.invalidateQueries({ queryKey: keys.account.all });
    close();
  };
  const items = query.data?.items ?? [];
  const withCode = factor.data?.set_up_at !== undefined;
  const works = passkeysWork();
  return (
    <Section title={t("account.passkeys.title")} icon={<IconFingerprint size={20} aria-hidden />}>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <Stack gap="sm">
          <Text>{t("account.passkeys.lead")}</Text>
          {items.length === 0 && (
            <EmptyState
              icon={IconFingerprint}
              title={t("account.passkeys.none")}
              hint={t(
                !query.data.available
                  ? "account.passkeys.off"
                  : works
                    ? "account.passkeys.noneHint"
                    : "account.passkeys.unable",
              )}
            />
          )}
          {items.map((passkey) => (
            <Row
              key={passkey.id}
              passkey={passkey}
              onRename={() => setStep({ at: "rename", passkey })}
              onRemove={() => setStep({ at: "remove", passkey })}
            />
          ))}
          {query.data.available && works && (
            <Group>
              <Button variant={items.length > 0 ? "default" : "filled"} onClick={() => setStep({ at: "begin" })}>
                {t("account.passkeys.add")}
              </Button>
            </Group>
          )}
        </Stack>
      )}
      {step?.at === "begin" && (
        <ProofSheet
          title={t("account.passkeys.add")}
          withCode={withCode}
          run={(proof) => api.ownAccess.beginPasskey(proof)}
          onDone={(asked) => setStep({ at: "name", asked })}
          onClose={close}
        />
      )}
      {step?.at === "name" && (
        <NameSheet
          title={t("account.passkeys.add")}
          name=""
          run={async (name) => {
            const made = await makePasskey(step.asked, t("app.product"), name);
            return made && (await api.ownAccess.registerPasskey(made));
          }}
          onDone={() => {
            done();
            onRegistered?.();
          }}
          onClose={close}
        />
      )}
      {step?.at === "rename" && (
        <NameSheet
          title={t("account.passkeys.renameTitle")}
          name={step.passkey.name}
          run={(name) => Promise.resolve(name)}
          onDone={(name) => setStep({ at: "renamed", passkey: step.passkey, name })}
          onClose={close}
        />
      )}
      {step?.at === "renamed" && (
        <ProofSheet
          title={t("account.passkeys.renameTitle")}
          lead={t("account.passkeys.renameLead", { name: step.name })}
          withCode={withCode}
          confirm={t("account.passkeys.save")}
          run={(proof) => api.ownAccess.renamePasskey(step.passkey.id, step.name, proof)}
          onDone={done}
          onClose={close}
        />
      )}
      {step?.at === "remove" && (
        <ProofSheet
          title={t("account.passkeys.removeTitle")}
          lead={t("account.passkeys.removeLead", { name: step.passkey.name })}
          withCode={withCode}
          confirm={t("account.passkeys.removeConfirm")}
          danger
          run={(proof) => api.ownAccess.removePasskey(step.passkey.id, proof)}
          onDone={done}
          onClose={close}
        />
      )}
    </Section>
  );
}

function Row({ passkey, onRename, onRemove }: { passkey: Passkey; onRename: () => void; onRemove: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { name, made_at, last_used_at, count_fell_at } = passkey;
  return (
    <Group justify="space-between" wrap="nowrap" data-testid="passkey">
      <div>
        <Text fw={600}>{name}</Text>
        <Text size="sm" c="dimmed">
          {t("account.passkeys.made", { at: formats.dateTime(made_at) })} ·{" "}
          {last_used_at
            ? t("account.passkeys.used", { at: formats.dateTime(last_used_at) })
            : t("account.passkeys.unused")}
        </Text>
        {count_fell_at && <StatusChip meaning="danger">{t("account.passkeys.copied")}</StatusChip>}
      </div>
      <Group gap={4} wrap="nowrap">
        <ActionIcon variant="subtle" size={44} aria-label={t("account.passkeys.rename", { name })} onClick={onRename}>
          <IconPencil size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="red"
          size={44}
          aria-label={t("account.passkeys.remove", { name })}
          onClick={onRemove}
        >
          <IconTrash size={20} aria-hidden />
        </ActionIcon>
      </Group>
    </Group>
  );
}

/** A name, and what is done under it. `undefined` comes back where the person turned away from the browser's own question. */
function NameSheet<Output>(props: {
  title: string;
  name: string;
  run: (name: string) => Promise<Output | undefined>;
  onDone: (output: Output) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const [name, setName] = useState(props.name);
  const [tried, setTried] = useState(false);
  const action = useAction((name: string) => props.run(name), {
    onSuccess: (output) => output !== undefined && props.onDone(output),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "") action.mutate(name.trim());
  };
  const turnedAway = action.isSuccess && action.data === undefined;
  return (
    <Modal opened onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("app.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("account.passkeys.name")}
            description={t("account.passkeys.nameHint")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={60}
            error={tried && name.trim() === "" ? t("account.passkeys.nameMissing") : problemAt(action.error, "name")}
            data-autofocus
          />
          {turnedAway && <Text role="status">{t("account.passkeys.turnedAway")}</Text>}
          {action.isError && !toldAt(action.error, ["name"]) && <ProblemAlert error={action.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={action.isPending}>
              {t("account.passkeys.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
