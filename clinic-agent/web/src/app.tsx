import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ApiError, LiveEvents, type Change, type Staff } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useApi, useReminders, ZoneProvider } from "@yunzhen/client/ui";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { BoxProvider } from "./box/box-context";
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
import { SignInScreen } from "./sign-in-screen";
import { TodayScreen } from "./today/today-screen";
import { NewRideScreen } from "./transports/new-ride-screen";
import { CallButton } from "./urgent-calls/call-button";
import { bedOfPath } from "./urgent-calls/standing";
import { BeforeScreen } from "./visit/before-screen";
import { VisitScreen } from "./visit/visit-screen";
import { VisitsScreen } from "./visits/visits-screen";

const KEY = "yz.nurse";

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

/** Drops what another nurse saw. The session's own query stays: the screen watches it, and a cleared query changes unseen. */
function forgetOthers(queries: QueryClient): void {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

/** A tablet at a bed shows its button and asks for no session; all else is the nurse's. */
export function App() {
  const bed = bedOfPath(useLocation().pathname);
  return bed === undefined ? <NurseApp /> : <CallButton bed={bed} />;
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
        if (error instanceof ApiError && error.status === 401) {
          lastNurse.set(null);
          return null;
        }
        const staff = lastNurse.get();
        if (error instanceof ApiError && error.retryable && staff) return staff;
        throw error;
      }
    },
    staleTime: Infinity,
  });
  const signedIn = useCallback(
    (staff: Staff) => {
      lastNurse.set(staff);
      forgetOthers(queries);
      queries.setQueryData(["session"], staff);
    },
    [queries],
  );
  const signOut = useCallback(() => {
    const finish = (): void => {
      lastNurse.set(null);
      forgetOthers(queries);
      queries.setQueryData(["session"], null);
    };
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
  if (!session.data) return <SignInScreen onSignedIn={signedIn} />;
  return (
    <BoxProvider staff={session.data} signOut={signOut}>
      <ZoneProvider zone={session.data.home_zone}>
        <Screens />
      </ZoneProvider>
    </BoxProvider>
  );
}

function Screens() {
  const { reminders, onChange, dismiss } = useReminders();
  return (
    <>
      <Changes onChange={onChange} />
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
    return () => {
      window.removeEventListener("online", online);
      live.stop();
    };
  }, [queries, onChange]);
  return null;
}
