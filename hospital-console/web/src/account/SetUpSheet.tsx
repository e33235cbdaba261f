import type { SecondFactorSetup } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Center, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";
import { problemAt, toldAt } from "../common/problemAt";
import { TwoDCode } from "../common/TwoDCode";

/** What the authenticator app reads, and its first code: until that is right nothing is in force. */
export function SetUpSheet(props: {
  setup: SecondFactorSetup;
  onDone: (codes: readonly string[]) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const confirm = useAction((code: string) => api.ownAccess.confirmSecondFactor({ setup: props.setup.setup, code }), {
    onSuccess: ({ recovery_codes }) => props.onDone(recovery_codes),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (code.trim() !== "") confirm.mutate(code.trim());
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("account.app.setUp")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("account.app.scan")}</Text>
          <Center>
            <TwoDCode content={props.setup.uri} label={t("account.app.qr")} width={220} />
          </Center>
          <div data-testid="totp-secret">
            <Text size="sm" c="dimmed">
              {t("account.app.secret")}
            </Text>
            <Copyable value={props.setup.secret} label={t("account.app.secret")} />
          </div>
          <TextInput
            label={t("account.app.code")}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={16}
            error={tried && code.trim() === "" ? t("account.app.codeMissing") : problemAt(confirm.error, "code")}
            data-autofocus
          />
          {confirm.isError && !toldAt(confirm.error, ["code"]) && <ProblemAlert error={confirm.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={confirm.isPending}>
              {t("account.app.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
