import { useTranslation } from "react-i18next";
import type { ReferralState, TransportState, UrgentCallState, VisitState } from "../api/types";
import type { Meaning } from "../theme/tokens";
import { StatusChip } from "./status";

const URGENT_CALL: Record<UrgentCallState, Meaning> = {
  raised: "danger",
  with_next_on_duty: "danger",
  with_administrator: "danger",
  answered: "primary",
  consultation: "done",
  hospital_registration: "done",
  transport_request: "done",
  false_alarm: "waiting",
};

const VISIT: Record<VisitState, Meaning> = {
  planned: "waiting",
  under_way: "primary",
  done: "done",
  cancelled: "waiting",
};

const REFERRAL: Record<ReferralState, Meaning> = {
  drafted: "person",
  sent: "waiting",
  seen: "waiting",
  information_requested: "person",
  accepted: "primary",
  under_way: "primary",
  done: "done",
  refused: "danger",
  did_not_attend: "person",
  withdrawn: "waiting",
};

const TRANSPORT: Record<TransportState, Meaning> = {
  requested: "person",
  confirmed: "waiting",
  under_way: "primary",
  done: "done",
  cancelled: "waiting",
};

export function UrgentCallChip({ state }: { state: UrgentCallState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={URGENT_CALL[state]}>{t(`urgentCall.state.${state}`)}</StatusChip>;
}

export function VisitChip({ state }: { state: VisitState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={VISIT[state]}>{t(`visit.state.${state}`)}</StatusChip>;
}

export function ReferralChip({ state }: { state: ReferralState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={REFERRAL[state]}>{t(`referral.state.${state}`)}</StatusChip>;
}

export function TransportChip({ state }: { state: TransportState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={TRANSPORT[state]}>{t(`transport.state.${state}`)}</StatusChip>;
}
