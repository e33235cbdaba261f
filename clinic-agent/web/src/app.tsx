import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ApiError, LiveEvents, wasEnded, type Api, type Change, type Staff } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useApi, useReminders, ZoneProvider } from "@yunzhen/client/ui";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { BoxProvider } from "./box/box-context";
import { ENDED, forgetOthers, signedOut } from "./ended";
import { DosesScreen } from "./doses/doses-screen";
import { DeliveriesScreen } from "./deliveries/deliveries-screen";
import { ChangeScreen, RegisterScreen } from "./residents/register-screen";
import { RegistryScreen } from "./residents/registry-screen";
import { NewReferralScreen } from "./referrals/new-referral-screen";
import { RecallsScreen } from "./recalls/recalls-screen";
import { ReferralsScreen } from "./referrals/referrals-screen";
import { ReminderNotice } from "./reminders/reminder-notice";
import { NewRoundScreen } from "./rounds/new-round-screen";
import { RoundScreen } from "./rounds/round-screen";
import { RoundsScreen } from "./rounds/rounds-screen";
import { BookingScreen } from "./schedule/booking-screen";
import { ScheduleScreen } from "./schedule/schedule-screen";
import { Shell } from "./shell";
import { LockScreen } from "./shift/lock-screen";
import { hasPin, SHIFT, shiftApi } from "./shift/shift-api";
import { useIdle } from "./shift/use-idle";
import { whyLocked, type Locked, type LockedBy } from "./shift/why-locked";
import { SignInScreen } from "./sign-in-screen";
import { TodayScreen } from "./today/today-screen";
import { NewRideScreen } from "./transports/new-ride-screen";
import { CallButton } from "./urgent-calls/call-button";
import { bedOfPath } from "./urgent-calls/standing";
import { BeforeScreen } from "./visit/before-screen";
import { VisitScreen } from "./visit/visit-screen";
import { VisitsScreen } from "./visits/visits-screen";

const KEY = "yz.nurse";
/** The box's answer while the tablet is locked. */
const LOCKED = 423;

/** The nurse of this tab, for a reload while the link is down. The cookie decides; this only names her. */
const lastNurse = {
  get: (): Staff | null => {
    const text = sessionStorage.getItem(KEY);
    return text === null ? null : (JSON.parse(text) as Staff);
  },
  set: (staff: Staff | null): void => {
    if (staff) sessionStorage.setItem(KEY, JSON.stringify(staff));
    else sessionStorage.removeItem(KEY);
  },
};

/** A tablet at a bed shows its button and asks for no session; all else is the nurse's. */
export function App() {
  const bed = bedOfPath(useLocation().pathname);
  return bed === undefined ? <NurseApp /> : <CallButton bed={bed} />;
}

/** How soon a locked tablet hears of a bed that calls. */
const RING_MS = 3_000;

/** Until the box answers for a locked tablet: which bed calls, not whose it is. */
function bedsOnly(queries: QueryClient): void {
  queries.setQueryData<Awaited<ReturnType<Api["urgentCalls"]["openFresh"]>>>(["urgent-calls", "open"], (known) => {
    if (!known) return known;
    const items = known.data.items.map((call) => ({ ...call, resident: undefined, shared_by: [], allowed: [] }));
    return { ...known, data: { ...known.data, items } };
  });
  void queries.invalidateQueries({ queryKey: ["urgent-calls"] });
}

/** The lock of a tablet that nurses share: by itself when nobody touches it, by a press, and by the box. */
function useLock(staff: Staff | null | undefined) {
  const api = useApi();
  const queries = useQueryClient();
  const [locked, setLocked] = useState<Locked>();
  const shift = useQuery({ queryKey: SHIFT, queryFn: () => shiftApi(api.http).show() });
  const withPin = staff ? hasPin(shift.data, staff.id) : false;
  const close = useCallback(
    (by: LockedBy) => {
      // Asked again after the next PIN, and told by the first that locked it.
      setLocked((already) => already ?? { by, withPin });
      bedsOnly(queries);
      void queries.invalidateQueries({ queryKey: SHIFT });
    },
    [queries, withPin],
  );
  const lockBy = useCallback(
    (by: LockedBy) => {
      shiftApi(api.http)
        .lock()
        .then(
          () => close(by),
          (error: unknown) => {
            // Without link and PIN nobody could open it again, and the box leaves it open; signed out is seen elsewhere.
            if (withPin && error instanceof ApiError && error.code === "network") close(by);
          },
        );
    },
    [api, close, withPin],
  );
  const lock = useCallback(() => lockBy("pressed"), [lockBy]);
  const touch = (): void => {
    shiftApi(api.http)
      .touch()
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === LOCKED) close("box");
      });
  };
  const seconds = shift.data?.idle_lock_seconds;
  useIdle(staff && !locked && seconds !== undefined ? seconds * 1000 : undefined, () => lockBy("idle"), touch);
  useEffect(() => {
    if (!locked) return;
    // The box lets a locked tablet hear no stream, and a bed that calls must ring all the same.
    const calls = { queryKey: ["urgent-calls", "open"] };
    const timer = setInterval(() => void queries.refetchQueries(calls, { cancelRefetch: false }), RING_MS);
    return () => clearInterval(timer);
  }, [locked, queries]);
  const open = useCallback(() => {
    setLocked(undefined);
    void queries.invalidateQueries();
  }, [queries]);
  return { shift: shift.data, withPin, locked, lock, open };
}

function NurseApp() {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const session = useQuery({
    queryKey: ["session"],
    queryFn: async (): Promise<Staff | null> => {
      try {
        const { staff } = await api.session.me();
        lastNurse.set(staff);
        return staff;
      } catch (error) {
        if (error instanceof ApiError && (error.status === 401 || error.status === LOCKED)) {
          lastNurse.set(null);
          if (wasEnded(error)) queries.setQueryData<ApiError | null>(ENDED, error);
          return null;
        }
        const staff = lastNurse.get();
        if (error instanceof ApiError && error.retryable && staff) return staff;
        throw error;
      }
    },
    staleTime: Infinity,
  });
  const { data: ended } = useQuery<ApiError | null>({
    queryKey: ENDED,
    queryFn: () => null,
    enabled: false,
    gcTime: Infinity,
  });
  const { shift, withPin, locked, lock, open } = useLock(session.data);
  // Who is told that her sign-in ended is whoever was here and did not sign out herself.
  const nurse = useRef<"none" | "here" | "left">("none");
  if (session.data && nurse.current === "none") nurse.current = "here";
  const signedIn = useCallback(
    (staff: Staff) => {
      nurse.current = "here";
      lastNurse.set(staff);
      forgetOthers(queries);
      queries.setQueryData<ApiError | null>(ENDED, null);
      queries.setQueryData(["session"], staff);
      void queries.invalidateQueries({ queryKey: SHIFT });
    },
    [queries],
  );
  const taken = (staff: Staff): void => {
    // The same nurse finds what she had typed; another one begins with nothing of it.
    if (staff.id !== session.data?.id) signedIn(staff);
    open();
  };
  const signOut = useCallback(() => {
    const finish = (): void => {
      lastNurse.set(null);
      forgetOthers(queries);
      queries.setQueryData(["session"], null);
    };
    nurse.current = "left";
    api.session.signOut().then(finish, finish);
  }, [api, queries]);
  useEffect(() => {
    document.title = t("app:title");
  }, [t]);

  if (session.isPending) return <Skeletons shape="card" />;
  if (session.isError) {
    return (
      <main className="nurse-centre">
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  if (!session.data) {
    const ranOut = nurse.current === "here";
    return <SignInScreen ended={ended ?? undefined} ranOut={ranOut} shift={shift} onSignedIn={taken} />;
  }
  return (
    <>
      <BoxProvider
        key={session.data.id}
        staff={session.data}
        signOut={signOut}
        lock={withPin ? lock : undefined}
        locked={locked !== undefined}
      >
        <ZoneProvider zone={session.data.home_zone}>
          <Screens locked={locked !== undefined} />
        </ZoneProvider>
      </BoxProvider>
      {locked && <LockScreen shift={shift} why={whyLocked(locked, session.data, shift)} onTaken={taken} />}
    </>
  );
}

function Screens({ locked }: { locked: boolean }) {
  const { reminders, onChange, dismiss } = useReminders();
  return (
    <>
      {!locked && <Changes onChange={onChange} />}
      <Shell notice={<ReminderNotice reminders={reminders} onDismiss={dismiss} />}>
        <Routes>
          <Route index element={<TodayScreen />} />
          <Route path="residents/:residentId" element={<TodayScreen />} />
          <Route path="residents/:residentId/start" element={<BeforeScreen />} />
          <Route path="registry" element={<RegistryScreen />} />
          <Route path="registry/new" element={<RegisterScreen />} />
          <Route path="registry/:residentId" element={<RegistryScreen />} />
          <Route path="registry/:residentId/edit" element={<ChangeScreen />} />
          <Route path="registry/:residentId/:part" element={<RegistryScreen />} />
          <Route path="consultations/:consultationId" element={<VisitScreen />} />
          <Route path="schedule" element={<ScheduleScreen />} />
          <Route path="schedule/book" element={<BookingScreen />} />
          <Route path="rounds" element={<RoundsScreen />} />
          <Route path="rounds/new" element={<NewRoundScreen />} />
          <Route path="rounds/:roundId" element={<RoundScreen />} />
          <Route path="visits" element={<VisitsScreen />} />
          <Route path="visits/:visitId" element={<VisitsScreen />} />
          <Route path="referrals" element={<ReferralsScreen />} />
          <Route path="referrals/new" element={<NewReferralScreen />} />
          <Route path="referrals/:referralId" element={<ReferralsScreen />} />
          <Route path="transports/new" element={<NewRideScreen />} />
          <Route path="transports/:transportId" element={<ReferralsScreen />} />
          <Route path="doses" element={<DosesScreen />} />
          <Route path="doses/:residentId" element={<DosesScreen />} />
          <Route path="recalls" element={<RecallsScreen />} />
          <Route path="recalls/:recallId" element={<RecallsScreen />} />
          <Route path="deliveries" element={<DeliveriesScreen />} />
          <Route path="deliveries/:deliveryId" element={<DeliveriesScreen />} />
          <Route path="*" element={<Navigate to="/" replace />} />
        </Routes>
      </Shell>
    </>
  );
}

/** What others change appears here by itself. */
function Changes({ onChange }: { onChange: (change: Change) => void }) {
  const queries = useQueryClient();
  useEffect(() => {
    const live = new LiveEvents({ queries, onChange });
    live.start();
    const online = (): void => live.retryNow();
    window.addEventListener("online", online);
    // The stream is the first to hear that somebody ended the session; a tablet that lies there asks for nothing else.
    const unsubscribe = live.subscribe(() => {
      const state = live.getState();
      if (state.phase === "signed_out" && wasEnded(state.error)) signedOut(queries, state.error);
    });
    return () => {
      unsubscribe();
      window.removeEventListener("online", online);
      live.stop();
    };
  }, [queries, onChange]);
  return null;
}
