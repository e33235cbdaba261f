import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { Dose } from "@yunzhen/client";
import { ScanButton, useNames, useStrength } from "@yunzhen/client/ui";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { readPack, type PackScan } from "./plan";

/** Where a batch was called back, the pack that the dose is given from is proved to be of another one: by its 2D code, or by the batch printed on it. */
export function OtherPack({
  dose,
  busy,
  onBack,
  onGive,
}: {
  dose: Dose;
  busy: boolean;
  onBack: () => void;
  onGive: (batch: string) => void;
}) {
  const { t } = useTranslation();
  const names = useNames();
  const strength = useStrength();
  const [text, setText] = useState("");
  const [pack, setPack] = useState<PackScan>();
  const field = useRef<HTMLInputElement>(null);
  const check = (typed: string): void => {
    setPack(readPack(typed, dose, new Date().toISOString().slice(0, 10)));
    // A scanner only types: what it reads next takes the place of this code and is not appended to it.
    field.current?.select();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    check(text);
  };
  const words = { recalled: "app:recalls.dose.sameBatch", strange: "app:recalls.dose.strange" } as const;
  const wrong =
    pack?.kind === "empty"
      ? t("app:recalls.dose.empty")
      : pack && pack.kind !== "good"
        ? t(words[pack.kind], { batch: pack.batch })
        : undefined;
  return (
    <form className="nurse-dose-reasons" data-testid="other-pack" onSubmit={submit} noValidate>
      <Group align="end" wrap="nowrap" gap="xs">
        <TextInput
          ref={field}
          label={t("app:recalls.dose.pack")}
          description={t("app:recalls.dose.packHint")}
          size="lg"
          flex={1}
          autoFocus
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setPack(undefined);
          }}
          error={wrong}
        />
        <ScanButton
          label={t("app:recalls.dose.camera")}
          close={t("action.close")}
          size="xl"
          onCode={(code) => {
            setText(code);
            check(code);
          }}
        />
      </Group>
      {/* Another medicine may have the same batch number, and the box does not know the pack's article number. */}
      {pack?.kind === "good" && (
        <Text fw={600}>
          {t("app:recalls.dose.readName", {
            batch: pack.batch,
            name: names.name(dose),
            strength: strength(dose.strength),
          })}
        </Text>
      )}
      <Group justify="space-between">
        <Button size="xl" variant="default" onClick={onBack}>
          {t("action.back")}
        </Button>
        {pack?.kind === "good" ? (
          <Button size="xl" leftSection={<IconCheck aria-hidden />} loading={busy} onClick={() => onGive(pack.batch)}>
            {t("app:recalls.dose.givenFrom", { batch: pack.batch })}
          </Button>
        ) : (
          <Button size="xl" type="submit">
            {t("app:recalls.dose.check")}
          </Button>
        )}
      </Group>
    </form>
  );
}
