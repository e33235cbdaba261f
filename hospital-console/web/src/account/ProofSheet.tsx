import type { Proof } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CodeField } from "../common/CodeField";
import { problemAt, toldAt } from "../common/problemAt";

interface ProofSheetProps<Output> {
  title: string;
  lead?: ReactNode;
  /** The account has an authenticator app, so a code is asked for as well. */
  withCode: boolean;
  confirm?: string;
  danger?: boolean;
  run: (proof: Proof) => Promise<Output>;
  onDone: (output: Output) => void;
  onClose: () => void;
}

/** The password again, and a code, before a way into the account is changed: a session that somebody left open changes none. */
export function ProofSheet<Output>(props: ProofSheetProps<Output>) {
  const { t } = useTranslation("app");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const action = useAction((proof: Proof) => props.run(proof), { onSuccess: props.onDone });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (password === "" || (props.withCode && code.trim() === "")) return;
    action.mutate({ password, ...(props.withCode ? { code: code.trim() } : {}) });
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("app.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {props.lead && <Text>{props.lead}</Text>}
          <PasswordInput
            label={t("account.proof.password")}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            error={tried && password === "" ? t("account.proof.passwordMissing") : problemAt(action.error, "password")}
            visibilityToggleButtonProps={{
              "aria-label": t("shared:signIn.showPassword"),
              tabIndex: 0,
              "aria-hidden": false,
            }}
            data-autofocus
          />
          {props.withCode && (
            <CodeField
              value={code}
              onChange={setCode}
              error={tried && code.trim() === "" ? t("account.app.codeMissing") : problemAt(action.error, "code")}
            />
          )}
          {action.isError && !toldAt(action.error, ["password", "code"]) && <ProblemAlert error={action.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" color={props.danger ? "red" : undefined} loading={action.isPending}>
              {props.confirm ?? t("account.proof.next")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
