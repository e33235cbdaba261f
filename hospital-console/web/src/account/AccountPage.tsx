import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTitle } from "../app/useTitle";
import page from "../common/Page.module.css";
import { PageHeader } from "../common/PageHeader";
import { IdentitiesPanel } from "../openid/IdentitiesPanel";
import { PasswordPanel } from "../passwords/PasswordPanel";
import { PasskeysPanel } from "./PasskeysPanel";
import { SecondFactorPanel } from "./SecondFactorPanel";
import { SessionsPanel } from "./SessionsPanel";

/** How one signs in, and where one is signed in: everybody's own page. */
export function AccountPage({ onSignedOut }: { onSignedOut: () => void }) {
  const { t } = useTranslation("app");
  useTitle(t("account.title"));
  return (
    <div className={page.page}>
      <PageHeader title={t("account.title")} />
      <Stack gap="xl" maw={760}>
        <Text c="dimmed">{t("account.lead")}</Text>
        <PasskeysPanel />
        <SecondFactorPanel />
        <PasswordPanel />
        <IdentitiesPanel />
        <SessionsPanel onSignedOut={onSignedOut} />
      </Stack>
    </div>
  );
}
