import { Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconBackspace, IconCornerDownLeft } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { Reading } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, VITAL_SIGNS } from "@yunzhen/client/ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoxApi } from "../box/box-context";
import { DeviceReadings } from "../devices/device-readings";
import { PrimaryButton } from "../shell";
import { EntryProblemWords } from "./entry-problem";
import { ScoreFields } from "./score-fields";
import { implausible, outOfBand, press, problems, readings, type Entries } from "./vitals-check";

/** What devices measured, and below it what the nurse types herself. */
export function VitalsEntry({ residentId, onSaved }: { residentId: string; onSaved?: () => void }) {
  return (
    <div className="nurse-vitals-entry">
      <DeviceReadings residentId={residentId} />
      <VitalsKeypad residentId={residentId} onSaved={onSaved} />
    </div>
  );
}

/** Fields and a keypad for gloved fingers; saved on the box first, so it works without the network. */
function VitalsKeypad({ residentId, onSaved }: { residentId: string; onSaved?: () => void }) {
  const { t } = useTranslation();
  const box = useBoxApi();
  const queries = useQueryClient();
  const [entries, setEntries] = useState<Entries>({});
  const [active, setActive] = useState(0);
  // What was chosen beside the numbers starts anew with the next set.
  const [saved, setSaved] = useState(0);
  const fields = useRef<(HTMLInputElement | null)[]>([]);
  const save = useAction(
    (input: Reading[], key) =>
      box.save({ kind: "observations", resident_id: residentId, body: { readings: input } }, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:vitals.saved"), color: "green" });
        setEntries({});
        setSaved((count) => count + 1);
        setMeasuredAt(undefined);
        void queries.invalidateQueries({ queryKey: ["spool"] });
        void queries.invalidateQueries({ queryKey: ["residents"] });
        onSaved?.();
      },
    },
  );
  // Fixed at the first press of Save, so that a retry sends the same bytes under the same key.
  const [measuredAt, setMeasuredAt] = useState<string>();
  const found = problems(entries);
  const entered = readings(entries, "").length;
  const change = (code: string, text: string): void => {
    setMeasuredAt(undefined);
    setEntries({ ...entries, [code]: text });
  };
  const focus = (position: number): void => fields.current[position % VITAL_SIGNS.length]?.focus();
  const key = (name: string): void => {
    const sign = VITAL_SIGNS[active];
    if (!sign) return;
    if (name === "next") focus(active + 1);
    else {
      change(sign.code, press(entries[sign.code] ?? "", name, sign));
      focus(active);
    }
  };
  const submit = (): void => {
    const at = measuredAt ?? new Date().toISOString();
    setMeasuredAt(at);
    save.mutate(readings(entries, at));
  };
  return (
    <form
      className="nurse-entry"
      onSubmit={(event) => {
        event.preventDefault();
        if (entered > 0 && found.length === 0) submit();
      }}
    >
      <div className="nurse-entry-fields">
        {VITAL_SIGNS.map((sign, position) => {
          const text = entries[sign.code] ?? "";
          const bad = implausible(sign, text);
          const out = outOfBand(sign, text);
          return (
            <label
              key={sign.code}
              className={`nurse-field ${position === active ? "nurse-field-active" : ""} ${bad ? "nurse-field-bad" : ""}`}
            >
              <span className="nurse-field-head">
                <span>{t(`vital.${sign.code}`)}</span>
                <span id={`hint-${sign.code}`} className={bad || out ? "nurse-field-warn" : "nurse-dim"}>
                  {(bad || out) && <IconAlertTriangle size={18} aria-hidden />}
                  <span className="yz-visually-hidden">{t(out ? "vital.normalRange" : "app:vitals.plausible")}</span>
                  {out ? `${sign.band[0]}–${sign.band[1]}` : `${sign.plausible[0]}–${sign.plausible[1]}`}
                </span>
              </span>
              <span className="nurse-field-line">
                <input
                  ref={(element) => {
                    fields.current[position] = element;
                  }}
                  // The page's own keypad is used on the tablet; a hardware keyboard still works.
                  inputMode="none"
                  autoComplete="off"
                  value={text}
                  onFocus={() => setActive(position)}
                  onChange={(event) => change(sign.code, event.currentTarget.value.replace(/[^\d.,]/g, "").slice(0, 6))}
                  aria-invalid={bad}
                  aria-describedby={`hint-${sign.code}`}
                />
                <span className="nurse-dim">{sign.shownUnit}</span>
              </span>
            </label>
          );
        })}
      </div>
      <div className="nurse-keypad" role="group" aria-label={t("app:vitals.keypad")}>
        {["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "back"].map((name) => (
          <button
            key={name}
            type="button"
            onClick={() => key(name)}
            aria-label={name === "back" ? t("app:vitals.backspace") : name === "." ? t("app:vitals.point") : undefined}
          >
            {name === "back" ? <IconBackspace size={28} aria-hidden /> : name}
          </button>
        ))}
        <button type="button" className="nurse-key-wide" onClick={() => key("next")}>
          <IconCornerDownLeft size={24} aria-hidden /> {t("app:vitals.next")}
        </button>
      </div>
      <div className="nurse-entry-foot">
        <ScoreFields key={saved} entries={entries} onChange={change} />
        {found.length > 0 ? (
          <Banner meaning="danger" role="alert">
            {found.map((problem) => (
              <EntryProblemWords key={problem.kind + ("sign" in problem ? problem.sign.code : "")} problem={problem} />
            ))}
          </Banner>
        ) : VITAL_SIGNS.some((sign) => outOfBand(sign, entries[sign.code])) ? (
          <Banner meaning="person" role="status">
            {t("app:vitals.outOfRange")}
          </Banner>
        ) : (
          <Text c="dimmed">{t("app:vitals.hint")}</Text>
        )}
        {save.error && <ProblemAlert error={save.error} />}
        <Group justify="flex-end">
          <PrimaryButton type="submit" disabled={entered === 0 || found.length > 0} loading={save.isPending}>
            {t("app:vitals.save")}
          </PrimaryButton>
        </Group>
      </div>
    </form>
  );
}
