import { Button, Checkbox, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconLock } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, isBadge } from "@yunzhen/client";
import { Banner, besideCamera, ProblemAlert, useAction, useApi } from "@yunzhen/client/ui";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useBox } from "../box/box-context";
import { saidAt } from "../said-at";
import { isTrivialPin } from "./pin";
import { PinPad } from "./pin-pad";
import { hasPin, SHIFT, shiftApi, type NewPin } from "./shift-api";
import "./shift.css";

/** Until the nurse has a PIN the page says what one is good for; without it a locked tablet takes her password, and that takes the link. */
export function PinNotice() {
  const { t } = useTranslation();
  const api = useApi();
  const { staff } = useBox();
  const [opened, dialog] = useDisclosure(false);
  const shift = useQuery({ queryKey: SHIFT, queryFn: () => shiftApi(api.http).show() });
  if (!shift.data || hasPin(shift.data, staff.id)) return null;
  return (
    <div className="nurse-notice">
      <Banner
        meaning="primary"
        role="status"
        icon={IconLock}
        action={
          <Button size="lg" onClick={dialog.open}>
            {t("app:shift.set")}
          </Button>
        }
      >
        {t("app:shift.why", { n: Math.round(shift.data.idle_lock_seconds / 60) })}
      </Banner>
      <PinSheet opened={opened} onClose={dialog.close} />
    </div>
  );
}

/** Sets or changes PIN and badge. */
export function PinSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("app:shift.setTitle")}
      size={480}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <SetPin onDone={onClose} />
    </Modal>
  );
}

type Known = Omit<NewPin, "pin">;

/** The password first: whoever finds the tablet open sets no PIN in her name. Then the PIN, typed twice: one that was mistyped unseen would lock her out. */
function SetPin({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const shift = useQuery({ queryKey: SHIFT, queryFn: () => shiftApi(api.http).show() });
  const [known, setKnown] = useState<Known>();
  // Outlives a wrong password: what she wanted is not asked twice.
  const [dropsBadge, setDropsBadge] = useState(false);
  const [first, setFirst] = useState<string>();
  const [pin, setPin] = useState("");
  const [wrong, setWrong] = useState<"differs" | "trivial">();
  const again = (): void => {
    setFirst(undefined);
    setPin("");
  };
  const save = useAction((input: NewPin) => shiftApi(api.http).setPin(input), {
    onSuccess: () => {
      notifications.show({ message: t("app:shift.saved"), color: "green" });
      void queries.invalidateQueries({ queryKey: SHIFT });
      onDone();
    },
    onError: (error) => {
      again();
      // What is wrong is the PIN, or something else that she typed.
      if (error.code !== "pin_trivial") setKnown(undefined);
    },
  });
  if (!known) {
    const kept = shift.data?.keeps_badge ? { drops: dropsBadge, onDrop: setDropsBadge } : undefined;
    return <Prove error={save.error} kept={kept} onNext={setKnown} />;
  }
  const complete = (typed: string): void => {
    if (first === undefined && isTrivialPin(typed)) {
      setWrong("trivial");
      again();
    } else if (first === undefined) {
      setFirst(typed);
      setPin("");
      setWrong(undefined);
    } else if (first === typed) {
      save.mutate({ ...known, pin: typed });
    } else {
      setWrong("differs");
      again();
    }
  };
  const label = t(first === undefined ? "app:shift.new" : "app:shift.repeat");
  return (
    <Stack gap="md">
      <Text>{t("app:shift.setHint")}</Text>
      {wrong && (
        <Banner meaning="danger" role="alert">
          {t(`app:shift.${wrong}`)}
        </Banner>
      )}
      {save.error && <ProblemAlert error={save.error} />}
      <Text fw={600} role="status">
        {label}
      </Text>
      <PinPad
        key={first === undefined ? "new" : "repeat"}
        label={label}
        value={pin}
        busy={save.isPending}
        onChange={setPin}
        onComplete={complete}
      />
    </Stack>
  );
}

/** A badge that stays unless she says otherwise. */
interface KeptBadge {
  drops: boolean;
  onDrop: (drops: boolean) => void;
}

interface ProveProps {
  /** What the relay or the box said of the last try. */
  error: ApiError | null;
  kept: KeptBadge | undefined;
  onNext: (known: Known) => void;
}

/** Her password, a code where her account asks for one, and the badge if she has one. */
function Prove({ error, kept, onNext }: ProveProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [badge, setBadge] = useState("");
  const [tried, setTried] = useState(false);
  const atFields = saidAt(error, "password") ?? saidAt(error, "code");
  const withCode = saidAt(error, "code") !== undefined;
  const wrongBadge = badge !== "" && !isBadge(badge);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (password === "" || wrongBadge) return;
    onNext({
      password,
      ...(withCode && code.trim() !== "" ? { code: code.trim() } : {}),
      ...(badge !== "" ? { badge: badge.trim() } : kept?.drops ? { badge: "" } : {}),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text>{t("app:shift.proveHint")}</Text>
        {error && !atFields && <ProblemAlert error={error} />}
        <PasswordInput
          label={t("signIn.password")}
          size="lg"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          error={tried && password === "" ? t("signIn.passwordMissing") : saidAt(error, "password")}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0, "aria-hidden": false }}
          data-autofocus
        />
        {withCode && (
          <TextInput
            label={t("signIn.code")}
            description={t("signIn.codeHint")}
            size="lg"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            maxLength={64}
            error={saidAt(error, "code")}
          />
        )}
        <TextInput
          type="password"
          label={t("app:shift.badge")}
          description={t(kept ? "app:shift.badgeKept" : "app:shift.badgeField")}
          size="lg"
          value={badge}
          onChange={(event) => setBadge(event.currentTarget.value)}
          autoComplete="off"
          maxLength={64}
          error={wrongBadge && tried ? t("app:shift.badgeWrong") : undefined}
          inputContainer={besideCamera({
            label: t("app:shift.badgeCamera"),
            short: t("call.camera"),
            close: t("action.close"),
            onCode: setBadge,
          })}
        />
        {isBadge(badge) && (
          <Text role="status" c="dimmed">
            {t("app:shift.badgeRead")}
          </Text>
        )}
        {kept && badge === "" && (
          <Checkbox
            size="lg"
            label={t("app:shift.badgeDrop")}
            checked={kept.drops}
            onChange={(event) => kept.onDrop(event.currentTarget.checked)}
          />
        )}
        <Button type="submit" size="xl">
          {t("app:shift.toPin")}
        </Button>
      </Stack>
    </form>
  );
}
