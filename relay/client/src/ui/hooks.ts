import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Action } from "../api/action";
import type { ApiError } from "../api/problem";
import type { Call } from "../call/call";
import type { CallSnapshot } from "../call/snapshot";
import type { LiveState } from "../live/live-events";

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
  zone: string;
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const locale = i18n.language === "en" ? "en-GB" : "zh-CN";
  return useMemo(() => {
    const time = (at: string | number): string => {
      const date = new Date(at);
      return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
    };
    const date = (at: string | number): string => {
      const value = new Date(at);
      const options: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
      if (value.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
      return new Intl.DateTimeFormat(locale, options).format(value);
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
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  }, [locale]);
}
