import type { Proof } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { CodeField } from "../common/CodeField";
import { keys } from "../common/keys";
import { ProofByProvider } from "../openid/ProofByProvider";
import { problemAt, toldAt } from "../common/problemAt";
import { answerReauthentication, api } from "./api";

/** Asks for the proof when a command needs one. */
export function Reauthenticate({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const waits = useRef<(proved: boolean) => void>(undefined);
  const settle = useCallback((proved: boolean) => {
    setOpen(false);
    waits.current?.(proved);
    waits.current = undefined;
  }, []);
  useEffect(() => {
    const leave = answerReauthentication(
      () =>
        new Promise<boolean>((resolve) => {
          waits.current = resolve;
          setOpen(true);
        }),
    );
    return () => {
      leave();
      // Nobody is there to answer any more: a question that stays open would hold every later one.
      settle(false);
    };
  }, [settle]);
  return open && <ProofDialog name={name} onSettled={settle} />;
}

/**
 * The password once more, over the page, when a command asks for it, and a code where the relay then asks for that. Right: the very command is sent again by `Http`;
 * given up: it keeps its problem. Nothing that was typed is touched. Mounted only while it asks: what is mounted last lies on top, so it lies over the sheet that asked.
 */
function ProofDialog({ name, onSettled }: { name: string; onSettled: (proved: boolean) => void }) {
  const { t } = useTranslation("app");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [withCode, setWithCode] = useState(false);
  const prove = useAction((proof: Proof) => api.session.reauthenticate(proof), {
    onSuccess: () => onSettled(true),
    onError: (error) => problemAt(error, "code") && setWithCode(true),
  });
  const identities = useQuery({
    queryKey: keys.account.identities,
    queryFn: () => api.ownAccess.identities(),
  });
  // The hospital may take no password of this person.
  const only = identities.data?.items.some((identity) => identity.only) ?? false;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password !== "") prove.mutate({ password, ...(withCode ? { code: code.trim() } : {}) });
  };
  return (
    <Modal
      opened
      onClose={() => onSettled(false)}
      title={t("app.reauthenticate.title")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app.close") }}
      data-testid="reauthenticate"
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {only ? (
            <Text>{t("openId.proof.lead", { name })}</Text>
          ) : (
            <Text>{t("app.reauthenticate.lead", { name })}</Text>
          )}
          <ProofByProvider identities={identities.data?.items ?? []} onProved={() => onSettled(true)} />
          {!only && (
            <PasswordInput
              label={t("app.reauthenticate.password")}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoComplete="current-password"
              error={problemAt(prove.error, "password")}
              visibilityToggleButtonProps={{
                "aria-label": t("shared:signIn.showPassword"),
                tabIndex: 0,
                "aria-hidden": false,
              }}
              data-autofocus
            />
          )}
          {withCode && <CodeField value={code} onChange={setCode} error={problemAt(prove.error, "code")} />}
          {prove.isError && !toldAt(prove.error, ["password", "code"]) && <ProblemAlert error={prove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onSettled(false)}>
              {t("app.cancel")}
            </Button>
            {!only && (
              <Button type="submit" loading={prove.isPending} disabled={password === ""}>
                {t("app.reauthenticate.go")}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
