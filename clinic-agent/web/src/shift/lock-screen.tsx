import { Stack, Text, Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { Staff } from "@yunzhen/client";
import { LanguageSwitch, SignInForm } from "@yunzhen/client/ui";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ShiftView } from "./shift-api";
import { TakeOver } from "./take-over";
import type { Why } from "./why-locked";
import "./shift.css";

/**
 * Over everything, with the pages below it out of sight and out of reach but as they were: what was typed is there again when the same nurse
 * comes back. A running call keeps its picture, microphone and camera buttons beside the lock (`shift.css`), and a bed that calls is shown.
 */
export function LockScreen({
  shift,
  why,
  onTaken,
}: {
  shift: ShiftView | undefined;
  why: Why;
  onTaken: (staff: Staff) => void;
}) {
  const { t } = useTranslation();
  useEffect(() => {
    document.body.classList.add("nurse-locked");
    return () => document.body.classList.remove("nurse-locked");
  }, []);
  return (
    <main className="nurse-lock" data-testid="lock-screen">
      <div className="nurse-sign-in-top">
        <LanguageSwitch />
      </div>
      <div className="yz-card nurse-lock-card">
        <Stack gap="lg">
          <Title order={1}>
            <IconLock size={32} aria-hidden /> {t("app:shift.locked")}
          </Title>
          <Text data-testid="lock-why">{t(`app:shift.lockedBy.${why.word}`, { name: why.name, n: why.minutes })}</Text>
          {why.word !== "over" && <Text c="dimmed">{t("app:shift.lockedHint")}</Text>}
          <Text c="dimmed" className="nurse-lock-call">
            {t("app:shift.callGoesOn")}
          </Text>
          <TakeOver
            people={shift?.people ?? []}
            holder={shift?.holder}
            onTaken={onTaken}
            password={<SignInForm onSignedIn={onTaken} />}
          />
        </Stack>
      </div>
    </main>
  );
}
