import { LiveStream, type Interruption, type LinkLevel, type LiveState, type Staff } from "@yunzhen/client";
import { useApi, useLiveState, type LinkWordsLevel } from "@yunzhen/client/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { RESIDENTS, type ResidentList } from "../today/use-round";
import { boxApi, type BoxStatus } from "./box-api";
import { interruptionOf, linkWords } from "./link-words";

interface BoxValue {
  staff: Staff;
  status: BoxStatus | undefined;
  /** The page's own connection to the box. */
  page: LiveState;
  signOut: () => void;
  /** For a nurse with a PIN. */
  lock?: () => void;
  /** The lock lies over the pages. */
  locked: boolean;
}

const BoxContext = createContext<BoxValue | undefined>(undefined);

export function useBox(): BoxValue {
  const value = useContext(BoxContext);
  if (!value) throw new Error("useBox needs a BoxProvider above it");
  return value;
}

export function useBoxApi() {
  const api = useApi();
  const queries = useQueryClient();
  return useMemo(
    () =>
      boxApi(api.http, (id) => {
        const known = queries.getQueryData<ResidentList>(RESIDENTS)?.data.items.find((one) => one.id === id);
        return known && { bed: known.bed, name: known.name };
      }),
    [api, queries],
  );
}

/** Keeps the box's status stream open and fetches the care data again when the link comes back. */
export function BoxProvider({
  staff,
  signOut,
  lock,
  locked,
  children,
}: Pick<BoxValue, "staff" | "signOut" | "lock" | "locked"> & { children: ReactNode }) {
  const queries = useQueryClient();
  const [status, setStatus] = useState<BoxStatus>();
  const [stream] = useState(
    () =>
      new LiveStream({
        url: "/page/status/events",
        onEvent: ({ event, data }) => {
          if (event !== "status") return;
          try {
            setStatus(JSON.parse(data) as BoxStatus);
          } catch {
            // Full status each time: the next one heals.
          }
        },
      }),
  );
  useEffect(() => {
    stream.start();
    return () => stream.stop();
  }, [stream]);
  const page = useLiveState(stream);
  const linkState = status?.link.state;
  useEffect(() => {
    if (linkState === "connected") void queries.invalidateQueries();
  }, [linkState, queries]);
  const spool = status?.spool;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["spool"] });
  }, [spool?.saved, spool?.sent, spool?.received, spool?.failed, queries]);
  const devices = status?.devices;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["devices"] });
  }, [devices?.state, devices?.waiting, devices?.newest, devices?.failure?.at, queries]);
  const value = useMemo(
    () => ({ staff, status, page, signOut, lock, locked }),
    [staff, status, page, signOut, lock, locked],
  );
  return <BoxContext.Provider value={value}>{children}</BoxContext.Provider>;
}

export function useSpool() {
  const box = useBoxApi();
  return useQuery({ queryKey: ["spool"], queryFn: () => box.spool() });
}

/** The one truth about the network, for the top bar and for what is possible now. */
export function useLink(): { level: LinkWordsLevel; words?: string; rttMs?: number | null; online: boolean } {
  const { t, i18n } = useTranslation();
  const { status, page } = useBox();
  if (page.phase === "stale") return { level: "lost", words: t("app:top.boxUnreachable"), online: false };
  if (!status) return { level: "connecting", words: t("app:top.connecting"), online: false };
  const words = linkWords(status.link, i18n.language);
  const { state, rtt_ms } = status.link;
  if (state === "offline") return { level: "offline", words, online: false };
  if (state === "connecting") return { level: "connecting", words, online: false };
  const level: LinkLevel = (rtt_ms ?? 0) > 800 ? "poor" : (rtt_ms ?? 0) > 300 ? "weak" : "good";
  return { level, words, rttMs: rtt_ms, online: true };
}

/** Why nothing of a call passes, as the box knows it before the call does. */
export function useInterruption(): Interruption | undefined {
  return interruptionOf(useBox().status?.link);
}

/** Known to be without the link; while nobody knows yet, nothing is said. */
export function useOffline(): boolean {
  const { online, level } = useLink();
  return !online && level !== "connecting";
}
