import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The code of the authenticator app, or one of the recovery codes: beside a password that proves who is there. */
export function CodeField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation("app");
  return (
    <TextInput
      label={t("account.proof.code")}
      description={t("account.proof.codeHint")}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="one-time-code"
      maxLength={64}
      error={error}
    />
  );
}
