import { Button, Divider, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SignedIn } from "../api/api";
import { passkeysWork, showPasskey } from "../passkey/browser";
import { secondsLeft } from "../time/left";
import { useAction, useNow } from "./hooks";
import { useApi } from "./provider";
import { Banner, ProblemAlert } from "./states";

/** The relay asks for a code only of an account that has one, after the right password. */
const ASKS_FOR_CODE = new Set(["second_factor_needed", "wrong_code"]);

/** A passkey first, where this browser has them; or user name and password, and a code where the account asks for one. Says what is wrong, never which of the two. */
export function SignInForm({
  onSignedIn,
  title,
  hint,
  passkeys = false,
}: {
  onSignedIn: (staff: SignedIn) => void;
  title?: ReactNode;
  hint?: ReactNode;
  /** Whether passkeys are made for this page's address. */
  passkeys?: boolean;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [codeAsked, setCodeAsked] = useState(false);
  const [missing, setMissing] = useState(false);
  const signIn = useAction(
    (input: { username: string; password: string; code?: string }) =>
      api.session.signIn(input.username, input.password, input.code),
    {
      onSuccess: ({ staff }) => onSignedIn(staff),
      onError: (error) => {
        if (!ASKS_FOR_CODE.has(error.code)) return;
        setCodeAsked(true);
        setCode("");
      },
    },
  );
  const byPasskey = useAction(
    async () => {
      const shown = await showPasskey(await api.ownAccess.askForPasskey());
      return shown && (await api.session.passkey(shown));
    },
    { onSuccess: (opened) => opened && onSignedIn(opened.staff) },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const complete = username.trim() !== "" && password !== "" && (!codeAsked || code.trim() !== "");
    setMissing(!complete);
    if (complete) signIn.mutate({ username: username.trim(), password, code: codeAsked ? code.trim() : undefined });
  };
  const byKey = passkeys && passkeysWork();
  const throttled = signIn.error?.status === 429;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {title !== undefined && <Title order={2}>{title}</Title>}
        {byKey && (
          <>
            {byPasskey.error && <ProblemAlert error={byPasskey.error} />}
            {byPasskey.isSuccess && !byPasskey.data && (
              <Banner meaning="person" role="status">
                {t("signIn.passkeyNone")}
              </Banner>
            )}
            <div>
              <Button
                leftSection={<IconFingerprint size={20} aria-hidden />}
                loading={byPasskey.isPending}
                onClick={() => byPasskey.mutate(undefined)}
                fullWidth
              >
                {t("signIn.passkey")}
              </Button>
              <Text size="sm" c="dimmed" mt={4}>
                {t("signIn.passkeyHint")}
              </Text>
            </div>
            <Divider label={t("signIn.or")} />
          </>
        )}
        <TextInput
          label={t("signIn.username")}
          value={username}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
            setCodeAsked(false);
          }}
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
        {codeAsked && (
          <TextInput
            label={t("signIn.code")}
            description={t("signIn.codeHint")}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={64}
            error={
              missing && code.trim() === ""
                ? t("signIn.codeMissing")
                : signIn.error?.code === "wrong_code" && code === ""
                  ? signIn.error.detail
                  : undefined
            }
            autoFocus
          />
        )}
        {throttled && signIn.error?.retryAfterMs ? (
          <Throttled key={signIn.submittedAt} ms={signIn.error.retryAfterMs} onOver={signIn.reset} />
        ) : (
          signIn.error && !ASKS_FOR_CODE.has(signIn.error.code) && <ProblemAlert error={signIn.error} />
        )}
        <Button type="submit" variant={byKey ? "default" : "filled"} loading={signIn.isPending} fullWidth>
          {t("signIn.submit")}
        </Button>
        {hint}
      </Stack>
    </form>
  );
}

/** Too many tries: how long still, and gone when that is over. Only its first words are read aloud, not every second. */
function Throttled({ ms, onOver }: { ms: number; onOver: () => void }) {
  const { t } = useTranslation();
  const [until] = useState(() => Date.now() + ms);
  const seconds = secondsLeft(until, useNow(1_000));
  const over = seconds === 0;
  useEffect(() => {
    if (over) onOver();
  }, [over, onOver]);
  const [first] = useState(seconds);
  return (
    <Banner meaning="danger">
      <span role="alert" className="yz-visually-hidden">
        {t("signIn.throttled", { seconds: first })}
      </span>
      <span aria-hidden data-testid="throttled">
        {t("signIn.throttled", { seconds })}
      </span>
    </Banner>
  );
}
