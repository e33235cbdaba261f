import { Button, Group, Stack, Text, Title } from "@mantine/core";
import type { Staff } from "@yunzhen/client";
import { ProblemAlert, ScanButton, useAction, useApi } from "@yunzhen/client/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { PinPad } from "./pin-pad";
import { SHIFT, shiftApi, type ShiftPerson } from "./shift-api";
import { useBadge } from "./use-badge";
import "./shift.css";

/**
 * Own name, own PIN, and the tablet is hers; or her badge, which stands for her name and for a while for her PIN too. `password` is the other way in. Whoever holds it is
 * chosen beforehand. Why a PIN or badge did not open it stays said where only the password is left.
 */
export function TakeOver({
  people,
  holder,
  password,
  onTaken,
  onChosen,
}: {
  people: readonly ShiftPerson[];
  holder?: string | null;
  password: ReactNode;
  onTaken: (staff: Staff) => void;
  /** Somebody said who she is. */
  onChosen?: () => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [choice, setChoice] = useState<string | null>();
  const [byPassword, setByPassword] = useState(false);
  const [pin, setPin] = useState("");
  const whose = choice === undefined ? holder : choice;
  const chosen = people.find((one) => one.staff_id === whose && one.pin);
  const take = useAction((typed: { of: string; pin: string }) => shiftApi(api.http).switchTo(typed.of, typed.pin), {
    onSuccess: ({ staff }) => onTaken(staff),
    onError: () => {
      setPin("");
      void queries.invalidateQueries({ queryKey: SHIFT });
    },
  });
  const badge = useAction((code: string) => shiftApi(api.http).switchByBadge(code), {
    onSuccess: (answer) => {
      if ("staff" in answer) return onTaken(answer.staff);
      setByPassword(false);
      choose(answer.pin_of);
    },
  });
  const choose = (id: string | null): void => {
    take.reset();
    setPin("");
    setChoice(id);
    if (id !== null) onChosen?.();
  };
  // Another way, perhaps another person: why the last PIN or badge opened nothing is not said beside an empty password.
  const goByPassword = (): void => {
    choose(null);
    badge.reset();
    setByPassword(true);
  };
  const show = (code: string): void => {
    if (!badge.isPending) badge.mutate(code);
  };
  useBadge(show);
  const error = take.error ?? badge.error;
  const told = error && <ProblemAlert error={error} />;
  if (byPassword || people.length === 0) {
    return (
      <Stack gap="md">
        {told}
        {password}
        {people.length > 0 && (
          <Button variant="default" size="xl" onClick={() => setByPassword(false)}>
            {t("app:shift.byPin")}
          </Button>
        )}
      </Stack>
    );
  }
  if (chosen)
    return (
      <Stack gap="md">
        {told}
        <EnterPin
          key={chosen.staff_id}
          person={chosen}
          pin={pin}
          busy={take.isPending}
          onChange={setPin}
          onComplete={(typed) => take.mutate({ of: chosen.staff_id, pin: typed })}
          onBack={() => choose(null)}
        />
      </Stack>
    );
  return (
    <Stack gap="md">
      {told}
      <Title order={2}>{t("app:shift.who")}</Title>
      {people.map((one) => (
        <Button
          key={one.staff_id}
          variant="default"
          className="nurse-shift-person"
          onClick={() => (one.pin ? choose(one.staff_id) : goByPassword())}
        >
          <span className="nurse-avatar" aria-hidden>
            {one.name.slice(0, 1)}
          </span>
          {one.name}
          {!one.pin && <Text c="dimmed">{t("app:shift.needsPassword")}</Text>}
        </Button>
      ))}
      {people.some((one) => one.badge) && (
        <Group justify="space-between">
          <Text c="dimmed">{t("app:shift.badgeHint")}</Text>
          <ScanButton label={t("app:shift.badgeCamera")} close={t("action.close")} size="xl" onCode={show} />
        </Group>
      )}
      <Button variant="subtle" size="xl" onClick={goByPassword}>
        {t("app:shift.byPassword")}
      </Button>
    </Stack>
  );
}

function EnterPin({
  person,
  pin,
  busy,
  onChange,
  onComplete,
  onBack,
}: {
  person: ShiftPerson;
  pin: string;
  busy: boolean;
  onChange: (pin: string) => void;
  onComplete: (pin: string) => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const label = t("app:shift.pinOf", { name: person.name });
  return (
    <Stack gap="md">
      <Title order={2}>{label}</Title>
      <PinPad label={label} value={pin} busy={busy} onChange={onChange} onComplete={onComplete} />
      <Button variant="default" size="xl" onClick={onBack}>
        {t("app:shift.someoneElse")}
      </Button>
    </Stack>
  );
}
