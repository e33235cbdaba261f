import type { ApiError, SignedIn } from "@yunzhen/client";
import { ProblemAlert, SignInForm } from "@yunzhen/client/ui";
import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FirstStepFrame } from "../common/FirstStep";
import { ProviderButtons } from "../openid/ProviderButtons";
import { forgetProvider } from "../openid/trip";

interface Props {
  /** Why nobody is signed in any more, where somebody ended the session. */
  ended: ApiError | undefined;
  onSignedIn: (staff: SignedIn) => void;
}

export function SignInPage({ ended, onSignedIn }: Props) {
  const { t } = useTranslation("app");
  return (
    <FirstStepFrame title={t("app.signIn.title")} width={420}>
      {ended && (
        <Box mb="md">
          <ProblemAlert error={ended} />
        </Box>
      )}
      <SignInForm
        passkeys
        onSignedIn={(staff) => {
          forgetProvider();
          onSignedIn(staff);
        }}
        hint={
          <>
            <ProviderButtons />
            <Text size="sm" c="dimmed">
              {t("app.signIn.hint")}
            </Text>
          </>
        }
      />
    </FirstStepFrame>
  );
}
