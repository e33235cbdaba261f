import { Group, Stack, Text, Title } from "@mantine/core";
import type { ApiError, Staff } from "@yunzhen/client";
import { ColorSchemeSwitch, LanguageSwitch, ProblemAlert, SignInForm } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "./mark";
import { withPins, type ShiftView } from "./shift/shift-api";
import { TakeOver } from "./shift/take-over";

/** With those of the shift who have a PIN on this tablet, or the password alone. */
export function SignInScreen({
  ended,
  ranOut,
  shift,
  onSignedIn,
}: {
  /** Why nobody is signed in any more, where somebody ended the session. */
  ended: ApiError | undefined;
  /** Somebody was signed in on this page and did not sign out. */
  ranOut: boolean;
  shift: ShiftView | undefined;
  onSignedIn: (staff: Staff) => void;
}) {
  const { t } = useTranslation();
  // Whose session it was has read why; who types next need not.
  const [read, setRead] = useState<ApiError>();
  const going = (): void => setRead(ended);
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
          {ended && ended !== read && <ProblemAlert error={ended} />}
          {!ended && (shift?.locked || ranOut) && (
            <Text data-testid="lock-why">
              {t(shift?.locked ? "app:shift.lockedBy.left" : "app:shift.lockedBy.ended")}
            </Text>
          )}
          <TakeOver
            people={withPins(shift, ended !== undefined)}
            holder={shift?.holder}
            onTaken={onSignedIn}
            onChosen={going}
            password={
              <div onInput={going}>
                <SignInForm
                  onSignedIn={onSignedIn}
                  hint={
                    <Text c="dimmed" size="sm">
                      {t("app:signIn.hint")}
                    </Text>
                  }
                />
              </div>
            }
          />
        </Stack>
      </main>
    </div>
  );
}
