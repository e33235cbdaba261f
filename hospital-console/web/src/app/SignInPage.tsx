import type { Staff } from "@yunzhen/client";
import { ColorSchemeSwitch, LanguageSwitch, SignInForm } from "@yunzhen/client/ui";
import { Group, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTitle } from "./useTitle";
import classes from "./SignInPage.module.css";

export function SignInPage({ onSignedIn }: { onSignedIn: (staff: Staff) => void }) {
  const { t } = useTranslation("app");
  useTitle(t("app.signIn.title"));
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Text fw={700} fz={18}>
          {t("app.product")}
        </Text>
        <Group gap="xs">
          <LanguageSwitch />
          <ColorSchemeSwitch />
        </Group>
      </header>
      <main className={classes.card}>
        <Title order={1} fz={22} mb="md">
          {t("app.signIn.title")}
        </Title>
        <SignInForm
          onSignedIn={onSignedIn}
          hint={
            <Text size="sm" c="dimmed">
              {t("app.signIn.hint")}
            </Text>
          }
        />
      </main>
    </div>
  );
}
