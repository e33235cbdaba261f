import { Button, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Staff } from "../api/types";
import { useAction } from "./hooks";
import { useApi } from "./provider";
import { Banner, ProblemAlert } from "./states";

/** User name and password. Says what is wrong, never which of the two. */
export function SignInForm({
  onSignedIn,
  title,
  hint,
}: {
  onSignedIn: (staff: Staff) => void;
  title?: ReactNode;
  hint?: ReactNode;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const signIn = useAction(
    (input: { username: string; password: string }) => api.session.signIn(input.username, input.password),
    {
      onSuccess: ({ staff }) => onSignedIn(staff),
    },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const complete = username.trim() !== "" && password !== "";
    setMissing(!complete);
    if (complete) signIn.mutate({ username: username.trim(), password });
  };
  const throttled = signIn.error?.status === 429;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {title !== undefined && <Title order={2}>{title}</Title>}
        <TextInput
          label={t("signIn.username")}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={missing && username.trim() === "" ? t("signIn.usernameMissing") : undefined}
          data-autofocus
          autoFocus
        />
        <PasswordInput
          label={t("signIn.password")}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          error={missing && password === "" ? t("signIn.passwordMissing") : undefined}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0, "aria-hidden": false }}
        />
        {throttled && signIn.error?.retryAfterMs ? (
          <Banner meaning="danger" role="alert">
            {t("signIn.throttled", { seconds: Math.ceil(signIn.error.retryAfterMs / 1000) })}
          </Banner>
        ) : (
          signIn.error && <ProblemAlert error={signIn.error} />
        )}
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {t("signIn.submit")}
        </Button>
        {hint}
      </Stack>
    </form>
  );
}
