import { Button, Drawer, Stack, Text, TextInput } from "@mantine/core";
import type { AttemptCode } from "@yunzhen/client";
import { celsiusOf, ScanButton } from "@yunzhen/client/ui";
import { IconBarcode, IconThermometer } from "@tabler/icons-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

const REASONS: AttemptCode[] = ["nobody", "closed", "address", "damaged", "temperature", "other"];

/** Under the thumb: as high as what is asked. A size of "auto" is none of Mantine's names, and without a size the sheet takes the whole height. */
function FromBelow({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation("app");
  return (
    <Drawer
      opened
      onClose={onClose}
      position="bottom"
      styles={{ content: { height: "auto" }, body: { paddingBottom: "calc(16px + env(safe-area-inset-bottom))" } }}
      title={title}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      {children}
    </Drawer>
  );
}

/** One press is the answer; only "other" has to be said in words. */
export function ReasonSheet({
  onClose,
  onChoose,
}: {
  onClose: () => void;
  onChoose: (code: AttemptCode, reason?: string) => void;
}) {
  const { t } = useTranslation("app");
  const [other, setOther] = useState(false);
  const [words, setWords] = useState("");
  const [tried, setTried] = useState(false);
  const said = words.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (said !== "") onChoose("other", said);
  };
  return (
    <FromBelow title={t("deliveries.reason.title")} onClose={onClose}>
      {other ? (
        <form onSubmit={submit} noValidate>
          <Stack gap="sm">
            <TextInput
              label={t("deliveries.reason.words")}
              size="lg"
              data-autofocus
              autoFocus
              maxLength={500}
              value={words}
              onChange={(event) => setWords(event.currentTarget.value)}
              error={tried && said === "" ? t("deliveries.reason.needed") : undefined}
              autoComplete="off"
            />
            <Button type="submit" size="xl" fullWidth>
              {t("deliveries.reason.send")}
            </Button>
            <Button size="xl" fullWidth variant="default" onClick={() => setOther(false)}>
              {t("app.cancel")}
            </Button>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          {REASONS.map((reason) => (
            <Button
              key={reason}
              variant="default"
              size="xl"
              fullWidth
              onClick={() => (reason === "other" ? setOther(true) : onChoose(reason))}
            >
              {t(`shared:parcel.attempt.${reason}`)}
            </Button>
          ))}
        </Stack>
      )}
    </FromBelow>
  );
}

export function GiveBackSheet({ onClose, onConfirm }: { onClose: () => void; onConfirm: () => void }) {
  const { t } = useTranslation("app");
  return (
    <FromBelow title={t("deliveries.act.give-back")} onClose={onClose}>
      <Stack gap="sm">
        <Text>{t("deliveries.giveBackTitle")}</Text>
        <Button size="xl" fullWidth onClick={onConfirm}>
          {t("deliveries.giveBackConfirm")}
        </Button>
        <Button size="xl" fullWidth variant="default" onClick={onClose}>
          {t("app.cancel")}
        </Button>
      </Stack>
    </FromBelow>
  );
}

export interface PickedUp {
  scan?: string;
  celsius?: number;
}

/** At the counter: the parcel's 2D code proves that it is this one; where nothing can scan, the courier compares by eye. */
export function PickUpSheet({
  cold,
  onClose,
  onConfirm,
}: {
  cold: boolean;
  onClose: () => void;
  onConfirm: (found: PickedUp) => void;
}) {
  const { t } = useTranslation("app");
  const [scan, setScan] = useState("");
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const celsius = celsiusOf(typed);
  const wrong = cold && celsius === undefined;
  const confirm = (code: string) => {
    setTried(true);
    if (wrong) return;
    onConfirm({ ...(code.trim() === "" ? {} : { scan: code.trim() }), ...(cold ? { celsius } : {}) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm(scan);
  };
  return (
    <FromBelow title={t("deliveries.pickUp.title")} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {cold && (
            <TextInput
              label={t("shared:parcel.temperature.label")}
              inputMode="decimal"
              size="lg"
              leftSection={<IconThermometer aria-hidden />}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              error={tried && wrong ? t("shared:parcel.temperature.invalid") : undefined}
              autoComplete="off"
            />
          )}
          <TextInput
            label={t("deliveries.pickUp.scan")}
            description={t("deliveries.pickUp.hint")}
            size="lg"
            leftSection={<IconBarcode aria-hidden />}
            value={scan}
            onChange={(event) => setScan(event.currentTarget.value)}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
          />
          <ScanButton
            label={t("deliveries.pickUp.camera")}
            close={t("app.close")}
            size="xl"
            onCode={(code) => {
              setScan(code);
              confirm(code);
            }}
          />
          <Button type="submit" size="xl" fullWidth>
            {t(scan.trim() === "" ? "deliveries.pickUp.byEye" : "deliveries.pickUp.confirm")}
          </Button>
        </Stack>
      </form>
    </FromBelow>
  );
}
