import type { ReferralState, TransportState } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { REFERRAL_MEANING, RIDE_MEANING } from "./standing";

export function ReferralChip({ state }: { state: ReferralState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={REFERRAL_MEANING[state]}>{t(`app:referrals.state.${state}`)}</StatusChip>;
}

export function RideChip({ state }: { state: TransportState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={RIDE_MEANING[state]}>{t(`app:referrals.ride.state.${state}`)}</StatusChip>;
}
