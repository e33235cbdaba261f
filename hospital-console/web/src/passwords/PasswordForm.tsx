import type { PasswordChange, PasswordStrength } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, PasswordInput, Progress, Stack, Text } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { CodeField } from "../common/CodeField";
import { problemAt, toldAt } from "../common/problemAt";
import { useJudgement } from "./useJudgement";

/** How full the bar is; the words beside it say the same. */
const BAR: Record<PasswordStrength, { value: number; color: string }> = {
  too_short: { value: 15, color: "red" },
  too_long: { value: 15, color: "red" },
  guessable: { value: 35, color: "red" },
  good: { value: 75, color: "teal" },
  strong: { value: 100, color: "teal" },
};

const FIELDS = ["password", "code", "new_password"] as const;

/** The present password, and the one to come, which the relay judges while it is typed. */
export function PasswordForm(props: {
  present: string;
  /** The account has an authenticator app, so a code is asked for as well. */
  withCode: boolean;
  onDone: () => void;
  onCancel?: () => void;
}) {
  const { t } = useTranslation("app");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const judgement = useJudgement(next);
  const action = useAction((change: PasswordChange) => api.ownAccess.changePassword(change), {
    onSuccess: props.onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (password === "" || next === "" || (props.withCode && code.trim() === "")) return;
    action.mutate({ password, new_password: next, ...(props.withCode ? { code: code.trim() } : {}) });
  };
  const visibility = { "aria-label": t("shared:signIn.showPassword"), tabIndex: 0, "aria-hidden": false };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PasswordInput
          label={props.present}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          error={tried && password === "" ? t("passwords.presentMissing") : problemAt(action.error, "password")}
          visibilityToggleButtonProps={visibility}
          data-autofocus
          autoFocus
        />
        {props.withCode && (
          <CodeField
            value={code}
            onChange={setCode}
            error={tried && code.trim() === "" ? t("account.app.codeMissing") : problemAt(action.error, "code")}
          />
        )}
        <PasswordInput
          label={t("passwords.next")}
          description={t("passwords.hint")}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          autoComplete="new-password"
          error={tried && next === "" ? t("passwords.nextMissing") : problemAt(action.error, "new_password")}
          visibilityToggleButtonProps={visibility}
        />
        {judgement && (
          <div role="status" data-testid="password-strength">
            <Progress
              aria-label={t("passwords.strengthLabel")}
              value={BAR[judgement.strength].value}
              color={BAR[judgement.strength].color}
              mb={4}
            />
            <Text size="sm">{t(`passwords.strength.${judgement.strength}`, { least: judgement.least_chars })}</Text>
          </div>
        )}
        {action.isError && !toldAt(action.error, FIELDS) && <ProblemAlert error={action.error} />}
        <Group justify="flex-end">
          {props.onCancel && (
            <Button variant="default" onClick={props.onCancel}>
              {t("app.cancel")}
            </Button>
          )}
          <Button type="submit" loading={action.isPending}>
            {t("passwords.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
