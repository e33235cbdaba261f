import { Button } from "@mantine/core";
import { IconBackspace } from "@tabler/icons-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

const LENGTH = 6;
const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** Six digits by large keys, for gloves; a keyboard works too. What was typed is counted and never shown. `onComplete` has all six, once. */
export function PinPad({
  label,
  value,
  busy = false,
  onChange,
  onComplete,
}: {
  label: string;
  value: string;
  busy?: boolean;
  onChange: (pin: string) => void;
  onComplete: (pin: string) => void;
}) {
  const { t } = useTranslation();
  const pad = useRef<HTMLDivElement>(null);
  useEffect(() => pad.current?.focus(), []);
  const press = (digit: string): void => {
    if (busy || value.length >= LENGTH) return;
    const pin = value + digit;
    onChange(pin);
    if (pin.length === LENGTH) onComplete(pin);
  };
  const back = (): void => onChange(value.slice(0, -1));
  const typed = (event: KeyboardEvent): void => {
    if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace" && !busy) back();
  };
  const key = (digit: string) => (
    <Button key={digit} variant="default" className="nurse-pin-key" disabled={busy} onClick={() => press(digit)}>
      {digit}
    </Button>
  );
  return (
    <div ref={pad} className="nurse-pin" role="group" aria-label={label} tabIndex={-1} onKeyDown={typed}>
      <div className="nurse-pin-dots" aria-hidden>
        {Array.from({ length: LENGTH }, (_, at) => (
          <span key={at} className={at < value.length ? "nurse-pin-dot nurse-pin-dot-typed" : "nurse-pin-dot"} />
        ))}
      </div>
      <span role="status" className="yz-visually-hidden">
        {t("app:shift.digits", { n: value.length })}
      </span>
      <div className="nurse-pin-keys">
        {DIGITS.map(key)}
        <span />
        {key("0")}
        <Button
          variant="default"
          className="nurse-pin-key"
          disabled={busy || value === ""}
          aria-label={t("app:shift.delete")}
          onClick={back}
        >
          <IconBackspace aria-hidden />
        </Button>
      </div>
    </div>
  );
}
