import { Group, Stack, Text, Title } from "@mantine/core";
import type { Staff } from "@yunzhen/client";
import { ColorSchemeSwitch, LanguageSwitch, SignInForm } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Mark } from "./mark";

export function SignInScreen({ onSignedIn }: { onSignedIn: (staff: Staff) => void }) {
  const { t } = useTranslation();
  return (
    <div className="nurse-sign-in">
      <header className="nurse-sign-in-top">
        <LanguageSwitch />
        <ColorSchemeSwitch />
      </header>
      <main className="yz-card nurse-sign-in-card">
        <Stack gap="lg">
          <Group gap="sm">
            <Mark size={44} />
            <Title order={1}>{t("app:signIn.title")}</Title>
          </Group>
          <SignInForm
            onSignedIn={onSignedIn}
            hint={
              <Text c="dimmed" size="sm">
                {t("app:signIn.hint")}
              </Text>
            }
          />
        </Stack>
      </main>
    </div>
  );
}
