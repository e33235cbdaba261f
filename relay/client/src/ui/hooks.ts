import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Action } from "../api/action";
import type { ApiError } from "../api/problem";
import type { Call } from "../call/call";
import type { CallSnapshot } from "../call/snapshot";
import type { LiveState } from "../live/live-events";
import {
  allergensIn,
  diagnosisIn,
  drugNamesIn,
  formIn,
  nameIn,
  packIn,
  sourceIn,
  type Allergens,
  type Drugs,
} from "../i18n/names";
import { amountIn, strengthIn, unitIn } from "../i18n/units";
import { wallClock } from "../time/zone";
import { useZone } from "./zone";

export function useCall(call: Call): CallSnapshot {
  return useSyncExternalStore(call.subscribe, call.getSnapshot);
}

export function useLiveState(live: { subscribe(listener: () => void): () => void; getState(): LiveState }): LiveState {
  return useSyncExternalStore(live.subscribe, live.getState);
}

/** The present time, renewed every `everyMs`. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** The name of a dose's or a pack's unit in the reader's language. */
export function useUnit(): (unit: string) => string {
  const { language } = useTranslation().i18n;
  return (unit) => unitIn(unit, language);
}

/** A strength, as `3 mL:300 单位`, with its units in the reader's language. */
export function useStrength(): (strength: string) => string {
  const { language } = useTranslation().i18n;
  return (strength) => strengthIn(strength, language);
}

/** What medicines, their forms, allergens and diagnoses are called in the reader's language. */
export function useNames() {
  const { t, i18n } = useTranslation("shared");
  const { language } = i18n;
  return {
    /** All of a prescription in one line, each with its strength. */
    drugs: (of: Drugs): string => drugNamesIn(of, language).join(t("separator")),
    /** What a resident must not get, each by itself. */
    allergens: (of: Allergens): readonly string[] => allergensIn(of, language),
    /** A medicine with its strength, as in a parcel. */
    pack: (of: Parameters<typeof packIn>[0]): string => packIn(of, language),
    name: (of: Parameters<typeof nameIn>[0]): string => nameIn(of, language),
    diagnosis: (of: Parameters<typeof diagnosisIn>[0]): string => diagnosisIn(of, language),
    source: (of: Parameters<typeof sourceIn>[0]): string => sourceIn(of, language),
    form: (form: string): string => formIn(form, language),
  };
}

/** A command of the user, under one idempotency key however often it is tried (`Action`). */
export function useAction<Input, Output>(
  run: (input: Input, key: string) => Promise<Output>,
  options: { onSuccess?: (output: Output, input: Input) => void; onError?: (error: ApiError) => void } = {},
): UseMutationResult<Output, ApiError, Input> {
  const action = useRef<Action<Input, Output>>(undefined);
  action.current ??= new Action();
  const { current } = action;
  return useMutation<Output, ApiError, Input>({
    mutationFn: (input) => current.run(input, run),
    retry: (count, error) => count < 2 && error.code === "network",
    retryDelay: (count) => 500 * 2 ** count,
    onSuccess: options.onSuccess,
    onError: options.onError,
  });
}

const pad = (value: number): string => String(value).padStart(2, "0");

export interface Formats {
  /** 14:05 */
  time(at: string | number): string;
  /** 11-23 14:05, with the year when it is another one. */
  dateTime(at: string | number): string;
  date(at: string | number): string;
  number(value: number, digits?: number): string;
  /** How much of a medicine, to the last of its decimals. */
  amount(value: number): string;
  /** Whose clock it is. */
  zone: string;
}

/** A day of the calendar, which is the same day in every zone. */
const CIVIL_DATE = /^\d{4}-\d{2}(-\d{2})?$/;

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const zone = useZone();
  const locale = i18n.language === "en" ? "en-GB" : "zh-CN";
  return useMemo(() => {
    const time = (at: string | number): string => {
      const { hour, minute } = wallClock(at, zone);
      return `${pad(hour)}:${pad(minute)}`;
    };
    const date = (at: string | number): string => {
      const timeZone = typeof at === "string" && CIVIL_DATE.test(at) ? "UTC" : zone;
      const options: Intl.DateTimeFormatOptions = { month: "short", day: "numeric", timeZone };
      const year = (when: string | number, where: string): string => wallClock(when, where).day.slice(0, 4);
      if (year(at, timeZone) !== year(Date.now(), zone)) options.year = "numeric";
      return new Intl.DateTimeFormat(locale, options).format(new Date(at));
    };
    return {
      time,
      date,
      dateTime: (at) => `${date(at)} ${time(at)}`,
      number: (value, digits) =>
        new Intl.NumberFormat(
          locale,
          digits === undefined
            ? { maximumFractionDigits: 2 }
            : { minimumFractionDigits: digits, maximumFractionDigits: digits },
        ).format(value),
      amount: (value) => amountIn(value, locale),
      zone,
    };
  }, [locale, zone]);
}
