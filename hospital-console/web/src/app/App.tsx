import {
  LiveEvents,
  wasEnded,
  type ApiError,
  type ConsultationSummary,
  type Role,
  type SignedIn as Person,
  type Staff,
} from "@yunzhen/client";
import { EmptyState, ProblemAlert, SignInForm, useLiveState, useReminders } from "@yunzhen/client/ui";
import { Button, Center, Loader, Modal, Text } from "@mantine/core";
import { IconDeviceTablet, IconLock, IconMapQuestion } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, Route, Routes } from "react-router";
import { keys } from "../common/keys";
import { leaveProvider } from "../openid/leave";
import { ProviderButtons } from "../openid/ProviderButtons";
import { ReminderToasts } from "../reminders/ReminderToasts";
import { dropRead, forget, hand, isPageOf, watchHolder } from "./again";
import { api, onSignedOut } from "./api";
import { Reauthenticate } from "./Reauthenticate";
import { StaffContext, useSession } from "./session";
import { Shell } from "./Shell";
import { SignInPage } from "./SignInPage";
import { Tabs } from "./tabs";

const ConsultationPage = lazy(async () => ({
  default: (await import("../consultations/ConsultationPage")).ConsultationPage,
}));
const WaitingRoom = lazy(async () => ({ default: (await import("../consultations/WaitingRoom")).WaitingRoom }));
const PrescriptionPage = lazy(async () => ({
  default: (await import("../prescriptions/PrescriptionPage")).PrescriptionPage,
}));
const MyPrescriptions = lazy(async () => ({
  default: (await import("../prescriptions/MyPrescriptions")).MyPrescriptions,
}));
const ReviewPage = lazy(async () => ({ default: (await import("../reviews/ReviewPage")).ReviewPage }));
const ApprovalsPage = lazy(async () => ({ default: (await import("../reviews/ApprovalsPage")).ApprovalsPage }));
const OrdersPage = lazy(async () => ({ default: (await import("../orders/OrdersPage")).OrdersPage }));
const StockPage = lazy(async () => ({ default: (await import("../stock/StockPage")).StockPage }));
const OrderPage = lazy(async () => ({ default: (await import("../orders/OrderPage")).OrderPage }));
const StaffPage = lazy(async () => ({ default: (await import("../administration/StaffPage")).StaffPage }));
const KeysPage = lazy(async () => ({ default: (await import("../signing-keys/KeysPage")).KeysPage }));
const MyKeysPage = lazy(async () => ({ default: (await import("../signing-keys/MyKeysPage")).MyKeysPage }));
const VerifyPage = lazy(async () => ({ default: (await import("../verification/VerifyPage")).VerifyPage }));
const BoxesPage = lazy(async () => ({ default: (await import("../administration/BoxesPage")).BoxesPage }));
const AuditPage = lazy(async () => ({ default: (await import("../administration/AuditPage")).AuditPage }));
// The registry's pages: who the residents are, who may see them, who is called.
const ImportPage = lazy(async () => ({ default: (await import("../resident-imports/ImportPage")).ImportPage }));
const DuplicatesPage = lazy(async () => ({ default: (await import("../duplicates/DuplicatesPage")).DuplicatesPage }));
const ReviewsPage = lazy(async () => ({ default: (await import("../break-glass/ReviewsPage")).ReviewsPage }));
const DutyPage = lazy(async () => ({ default: (await import("../duty/DutyPage")).DutyPage }));
const CallDeskPage = lazy(async () => ({ default: (await import("../urgent-call-desk/CallDeskPage")).CallDeskPage }));
const TransfersPage = lazy(async () => ({ default: (await import("../homes/TransfersPage")).TransfersPage }));
const PharmaciesPage = lazy(async () => ({
  default: (await import("../pharmacies/PharmaciesPage")).PharmaciesPage,
}));
const HomesPage = lazy(async () => ({ default: (await import("../homes/HomesPage")).HomesPage }));
const OverridesPage = lazy(async () => ({ default: (await import("../safety/OverridesPage")).OverridesPage }));
const PharmacySystemsPage = lazy(async () => ({
  default: (await import("../pharmacy-systems/PharmacySystemsPage")).PharmacySystemsPage,
}));
const RetentionPage = lazy(async () => ({ default: (await import("../retention/RetentionPage")).RetentionPage }));
const ResidentsPage = lazy(async () => ({ default: (await import("../residents/ResidentsPage")).ResidentsPage }));
const ResidentPage = lazy(async () => ({ default: (await import("../residents/ResidentPage")).ResidentPage }));
const OpenRecordPage = lazy(async () => ({ default: (await import("../break-glass/OpenRecordPage")).OpenRecordPage }));

const AccountPage = lazy(async () => ({ default: (await import("../account/AccountPage")).AccountPage }));
const SetPasswordPage = lazy(async () => ({ default: (await import("../passwords/SetPasswordPage")).SetPasswordPage }));
const EnrolPage = lazy(async () => ({ default: (await import("../account/EnrolPage")).EnrolPage }));
const SchedulePage = lazy(async () => ({ default: (await import("../schedule/SchedulePage")).SchedulePage }));
const AvailabilityPage = lazy(async () => ({
  default: (await import("../schedule/AvailabilityPage")).AvailabilityPage,
}));
const RoundsPage = lazy(async () => ({ default: (await import("../rounds/RoundsPage")).RoundsPage }));
const RoundPage = lazy(async () => ({ default: (await import("../rounds/RoundPage")).RoundPage }));
const VisitsPage = lazy(async () => ({ default: (await import("../visits/VisitsPage")).VisitsPage }));
const VisitPage = lazy(async () => ({ default: (await import("../visits/VisitPage")).VisitPage }));
const ReferralsPage = lazy(async () => ({ default: (await import("../referrals/ReferralsPage")).ReferralsPage }));
const ReferralPage = lazy(async () => ({ default: (await import("../referrals/ReferralPage")).ReferralPage }));

const RecallsPage = lazy(async () => ({ default: (await import("../recalls/RecallsPage")).RecallsPage }));
const RecallPage = lazy(async () => ({ default: (await import("../recalls/RecallPage")).RecallPage }));
const RefillsPage = lazy(async () => ({ default: (await import("../refills/RefillsPage")).RefillsPage }));

const HOME: Partial<Record<Role, string>> = {
  specialist: "/consultations",
  pharmacist: "/reviews",
  pharmacy: "/orders",
  administrator: "/staff",
};

/** How soon a page whose session ran out hears that somebody ended it after all. */
const ASK_MS = 15_000;

/** The signed-in part: sign-in, one live stream, the pages of the person's role. */
export function StaffApp() {
  const queryClient = useQueryClient();
  const [expired, setExpired] = useState(false);
  const [ended, setEnded] = useState<ApiError>();
  // Who has just set the first own password on this page is not warned of it at once.
  const [justSet, setJustSet] = useState<string>();
  // Who signs out ends the live stream and what is under way with it: that is no session that ran out.
  const leaving = useRef(false);
  // Nothing of the record stays on the screen or in memory: whoever ended the session may have lost this device.
  const clear = useCallback(
    (why: ApiError | undefined) => {
      leaving.current = true;
      setExpired(false);
      setEnded(why);
      setJustSet(undefined);
      forget(queryClient);
    },
    [queryClient],
  );
  const tabs = useRef<Tabs>(undefined);
  useEffect(() => {
    const opened = new Tabs(clear);
    tabs.current = opened;
    return () => opened.close();
  }, [clear]);
  // Whichever tab hears it first takes the cookie along, also one that is just being opened: the others are told.
  const over = useCallback(
    (why: ApiError) => {
      tabs.current?.tell(why);
      clear(why);
    },
    [clear],
  );
  const session = useSession(over);
  // What was under way while the session got another token is refused with the former one: nobody is disturbed before it is asked who is signed in now.
  const expire = useCallback(
    (cause?: ApiError) => {
      if (leaving.current) return;
      api.session.me().then(
        ({ staff }) => {
          if (!leaving.current && !isPageOf(queryClient, staff)) setExpired(true);
        },
        (error: unknown) => {
          if (leaving.current) return;
          // The first answer that says so takes the cookie along; who asks after it is only told that nobody is signed in.
          const why = [error, cause].find(wasEnded);
          if (why) over(why);
          else setExpired(true);
        },
      );
    },
    [over, queryClient],
  );
  const signInAgain = useCallback(
    (staff: Person) => {
      setExpired(false);
      setJustSet(undefined);
      hand(queryClient, staff);
    },
    [queryClient],
  );
  useEffect(() => {
    if (!expired) return;
    // Somebody may end a session that ran out, too: then nothing stays behind the question. Its person who signed in in another tab is asked no more.
    return watchHolder({
      everyMs: ASK_MS,
      ask: async () => (await api.session.me()).staff,
      isOwner: (staff) => isPageOf(queryClient, staff),
      onOwner: (staff) => {
        if (!leaving.current) signInAgain(staff);
      },
      onEnded: (why) => {
        if (!leaving.current) over(why);
      },
    });
  }, [expired, over, signInAgain, queryClient]);
  const leave = useCallback(() => {
    leaving.current = true;
  }, []);
  const left = useCallback(() => {
    tabs.current?.tell();
    clear(undefined);
  }, [clear]);
  useEffect(() => onSignedOut(expire), [expire]);
  if (session.isPending) {
    return (
      <Center h="100%">
        <Loader />
      </Center>
    );
  }
  if (session.isError) return <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === null)
    return (
      <SignInPage
        ended={ended}
        onSignedIn={(staff) => {
          leaving.current = false;
          setExpired(false);
          setEnded(undefined);
          setJustSet(undefined);
          // A page that only heard that nobody is signed in still has what the person before had read.
          dropRead(queryClient);
          queryClient.setQueryData(keys.session, staff);
        }}
      />
    );
  const signOut = () => {
    leave();
    void api.session.signOut().finally(left);
  };
  if (session.data.must_set_password)
    return (
      <Suspense fallback={null}>
        <SetPasswordPage
          staff={session.data}
          onSet={() => {
            setJustSet(session.data?.id);
            void session.refetch();
          }}
          onSignOut={signOut}
        />
      </Suspense>
    );
  if (session.data.must_enrol)
    return (
      <Suspense fallback={null}>
        <EnrolPage staff={session.data} onEnrolled={() => void session.refetch()} onSignOut={signOut} />
      </Suspense>
    );
  return (
    <>
      <SignedIn
        key={session.data.id}
        staff={session.data}
        justSet={justSet}
        expired={expired}
        onExpired={expire}
        onLeaving={leave}
        onLeft={left}
      />
      {expired && <SignInAgain onSignedIn={signInAgain} />}
    </>
  );
}

/** Over the page, so that what was typed stays; another person signing in gets a page of their own. */
function SignInAgain({ onSignedIn }: { onSignedIn: (staff: Person) => void }) {
  const { t } = useTranslation("app");
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={t("app.signIn.again")}>
      <Text mb="md">{t("app.sessionEnded")}</Text>
      <SignInForm passkeys onSignedIn={onSignedIn} hint={<ProviderButtons />} />
    </Modal>
  );
}

interface SignedInProps {
  staff: Staff;
  justSet: string | undefined;
  expired: boolean;
  onExpired: (cause?: ApiError) => void;
  /** She is about to sign out. */
  onLeaving: () => void;
  /** She has. */
  onLeft: () => void;
}

function SignedIn({ staff, justSet, expired, onExpired, onLeaving, onLeft }: SignedInProps) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const isMine = useCallback(({ specialist }: ConsultationSummary) => specialist?.id === staff.id, [staff.id]);
  const { reminders, onChange, dismiss } = useReminders(isMine);
  const live = useMemo(() => new LiveEvents({ queries: queryClient, onChange }), [queryClient, onChange]);
  const state = useLiveState(live);
  useEffect(() => {
    if (state.phase === "signed_out") onExpired(state.error);
  }, [state, onExpired]);
  useEffect(() => {
    if (expired) return;
    live.start();
    const retry = () => live.retryNow();
    window.addEventListener("online", retry);
    return () => {
      window.removeEventListener("online", retry);
      live.stop();
    };
  }, [live, expired]);
  const signOut = () => {
    onLeaving();
    void api.session.signOut().finally(() => {
      onLeft();
      void leaveProvider();
    });
  };
  const home = HOME[staff.role];
  const only = (role: Role | Role[], page: ReactNode) =>
    [role].flat().includes(staff.role) ? <Suspense fallback={null}>{page}</Suspense> : <NoPermission home={home} />;
  return (
    <StaffContext.Provider value={staff}>
      <Routes>
        <Route element={<Shell staff={staff} justSet={justSet} live={live} onSignOut={signOut} />}>
          <Route
            index
            element={
              home ? (
                <Navigate to={home} replace />
              ) : (
                <EmptyState
                  icon={IconDeviceTablet}
                  level={1}
                  title={t("app.nurseElsewhere.title")}
                  hint={t("app.nurseElsewhere.hint")}
                />
              )
            }
          />
          <Route path="consultations" element={only("specialist", <WaitingRoom />)} />
          <Route path="consultations/:id" element={only("specialist", <ConsultationPage />)} />
          <Route path="prescriptions" element={only("specialist", <MyPrescriptions />)} />
          <Route path="prescriptions/:id" element={only("specialist", <PrescriptionPage />)} />
          <Route path="schedule" element={only("specialist", <SchedulePage />)} />
          <Route path="schedule/availability" element={only("specialist", <AvailabilityPage />)} />
          <Route path="rounds" element={only("specialist", <RoundsPage />)} />
          <Route path="rounds/:id" element={only("specialist", <RoundPage />)} />
          <Route path="visits" element={only("specialist", <VisitsPage />)} />
          <Route path="visits/:id" element={only("specialist", <VisitPage />)} />
          <Route path="referrals" element={only("specialist", <ReferralsPage />)} />
          <Route path="referrals/:id" element={only("specialist", <ReferralPage />)} />
          <Route path="refills" element={only("specialist", <RefillsPage />)} />
          <Route path="reviews/:id?" element={only("pharmacist", <ReviewPage />)} />
          <Route path="approvals" element={only("pharmacist", <ApprovalsPage />)} />
          <Route path="orders" element={only("pharmacy", <OrdersPage />)} />
          <Route path="stock" element={only("pharmacy", <StockPage />)} />
          <Route path="recalls" element={only(["pharmacist", "pharmacy", "administrator"], <RecallsPage />)} />
          <Route path="recalls/:id" element={only(["pharmacist", "pharmacy", "administrator"], <RecallPage />)} />
          <Route path="orders/:id" element={only("pharmacy", <OrderPage />)} />
          <Route path="residents" element={only("specialist", <ResidentsPage />)} />
          <Route path="residents/break-glass" element={only("specialist", <OpenRecordPage />)} />
          <Route path="residents/:id" element={only("specialist", <ResidentPage />)} />
          <Route path="imports" element={only("administrator", <ImportPage />)} />
          <Route path="duplicates" element={only("administrator", <DuplicatesPage />)} />
          <Route path="break-glass" element={only("administrator", <ReviewsPage />)} />
          <Route path="duty" element={only("administrator", <DutyPage />)} />
          <Route path="urgent-calls" element={only("administrator", <CallDeskPage />)} />
          <Route path="transfers" element={only("administrator", <TransfersPage />)} />
          <Route path="homes" element={only("administrator", <HomesPage />)} />
          <Route path="pharmacies" element={only("administrator", <PharmaciesPage />)} />
          <Route path="staff" element={only("administrator", <StaffPage />)} />
          <Route
            path="signing-keys"
            element={only(
              ["administrator", "specialist", "pharmacist"],
              staff.role === "administrator" ? <KeysPage /> : <MyKeysPage />,
            )}
          />
          <Route
            path="verify"
            element={only(["administrator", "specialist", "pharmacist", "pharmacy"], <VerifyPage />)}
          />
          <Route path="boxes" element={only("administrator", <BoxesPage />)} />
          <Route path="audit" element={only("administrator", <AuditPage />)} />
          <Route path="retention" element={only("administrator", <RetentionPage />)} />
          <Route path="interfaces" element={only(["administrator", "pharmacy"], <PharmacySystemsPage />)} />
          <Route path="safety" element={only(["administrator", "pharmacist"], <OverridesPage />)} />
          <Route
            path="account"
            element={
              <Suspense fallback={null}>
                <AccountPage onSignedOut={onLeft} />
              </Suspense>
            }
          />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
      <Reauthenticate name={staff.name} />
      <ReminderToasts reminders={reminders} onDismiss={dismiss} />
    </StaffContext.Provider>
  );
}

function NoPermission({ home }: { home: string | undefined }) {
  const { t } = useTranslation("app");
  return (
    <EmptyState
      icon={IconLock}
      level={1}
      title={t("app.noPermission.title")}
      hint={t("app.noPermission.hint")}
      action={
        <Button component={Link} to={home ?? "/"}>
          {t("app.noPermission.home")}
        </Button>
      }
    />
  );
}

function NotFound() {
  const { t } = useTranslation("app");
  return <EmptyState level={1} icon={IconMapQuestion} title={t("app.notFound.title")} hint={t("app.notFound.hint")} />;
}
