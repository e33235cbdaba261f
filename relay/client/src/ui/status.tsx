import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconClock,
  IconCloudOff,
  IconHandStop,
  IconPhoneCall,
  IconPlayerPlay,
  IconUrgent,
  IconWifi,
  IconWifi1,
  IconWifi2,
  IconWifiOff,
  type Icon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ConsultationState, DeliveryState, LinkLevel, PrescriptionState } from "../api/types";
import type { Meaning } from "../theme/tokens";
import { offTheWay, type Chain } from "./off-the-way";

const ICONS: Record<Meaning, Icon> = {
  primary: IconPlayerPlay,
  danger: IconUrgent,
  person: IconAlertTriangle,
  done: IconCircleCheck,
  waiting: IconClock,
};

export interface StatusChipProps {
  meaning: Meaning;
  /** Never colour alone: default is the meaning's own icon. */
  icon?: Icon;
  children: ReactNode;
  title?: string;
}

export function StatusChip({ meaning, icon, children, title }: StatusChipProps) {
  const Glyph = icon ?? ICONS[meaning];
  return (
    <span className={`yz-chip yz-${meaning}`} title={title}>
      <Glyph aria-hidden stroke={2.2} />
      <span>{children}</span>
    </span>
  );
}

const CONSULTATION: Record<ConsultationState, Meaning> = {
  requested: "person",
  awaiting_acceptance: "waiting",
  scheduled: "waiting",
  waiting: "person",
  in_progress: "primary",
  completed: "done",
  cancelled: "waiting",
  no_show: "waiting",
  failed_technical: "danger",
  stopped_in_person: "person",
};

const PRESCRIPTION: Record<PrescriptionState, Meaning> = {
  draft: "waiting",
  signed: "person",
  in_review: "person",
  in_question: "person",
  approved: "waiting",
  rejected: "danger",
  dispensing: "primary",
  on_hold: "person",
  packed: "waiting",
  in_delivery: "primary",
  delivered: "done",
  returned: "danger",
  cancelled: "waiting",
  stopped: "danger",
  expired: "danger",
};

const DELIVERY: Record<DeliveryState, Meaning> = {
  awaiting_courier: "waiting",
  accepted: "waiting",
  in_transit: "primary",
  at_door: "person",
  on_hold: "person",
  quarantined: "danger",
  returning: "person",
  recalled: "danger",
  received: "done",
  discrepancy: "person",
  refused: "danger",
  lost: "danger",
  returned: "danger",
  cancelled: "waiting",
};

export function ConsultationChip({ state }: { state: ConsultationState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={CONSULTATION[state]}>{t(`consultation.state.${state}`)}</StatusChip>;
}

/** `chain`: what is next of it. What is held or comes back says so, and why, in place of being on its way. */
export function PrescriptionChip({ state, chain }: { state: PrescriptionState; chain?: Chain | undefined }) {
  const { t } = useTranslation();
  const off = offTheWay(state, chain);
  if (off === undefined)
    return <StatusChip meaning={PRESCRIPTION[state]}>{t(`prescription.state.${state}`)}</StatusChip>;
  const where = t(`prescription.off.${off}`);
  return (
    <StatusChip meaning={off === "held" ? "danger" : "person"} icon={off === "held" ? IconHandStop : IconArrowBackUp}>
      {chain?.reason ? t("prescription.off.because", { where, reason: t(`chain.reason.${chain.reason}`) }) : where}
    </StatusChip>
  );
}

export function DeliveryChip({ state }: { state: DeliveryState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={DELIVERY[state]}>{t(`delivery.state.${state}`)}</StatusChip>;
}

export type LinkWordsLevel = LinkLevel | "none" | "busy" | "offline" | "connecting";

const LINK: Record<LinkWordsLevel, { meaning: Meaning; icon: Icon }> = {
  good: { meaning: "done", icon: IconWifi },
  weak: { meaning: "person", icon: IconWifi2 },
  poor: { meaning: "person", icon: IconWifi1 },
  lost: { meaning: "danger", icon: IconWifiOff },
  none: { meaning: "waiting", icon: IconWifiOff },
  busy: { meaning: "waiting", icon: IconPhoneCall },
  offline: { meaning: "person", icon: IconCloudOff },
  connecting: { meaning: "waiting", icon: IconClock },
};

/** The link in words; `words` replaces the standard words (the box writes its own). */
export function LinkWords({ level, words, rttMs }: { level: LinkWordsLevel; words?: string; rttMs?: number | null }) {
  const { t } = useTranslation();
  const { meaning, icon } = LINK[level];
  return (
    <StatusChip
      meaning={meaning}
      icon={icon}
      title={rttMs ? t("link.roundTrip", { ms: Math.round(rttMs) }) : undefined}
    >
      {words || t(`link.${level}`)}
    </StatusChip>
  );
}
