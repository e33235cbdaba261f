import { Button, Group, SegmentedControl, TextInput } from "@mantine/core";
import { IconAmbulance, IconBuildingHospital, IconFilePlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReferralSummary, TransportSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation, useParams, useSearchParams } from "react-router";
import { PlanTabs } from "../plan-tabs";
import { RidePanel } from "../transports/ride-panel";
import { ReferralChip, RideChip } from "./chips";
import { ReferralPanel } from "./referral-panel";
import { shownReferrals, shownRides } from "./standing";
import "../schedule/schedule.css";

/** Referrals of the home and rides to the hospital; at the right the selected one. */
export function ReferralsScreen() {
  const { t } = useTranslation();
  const { referralId, transportId } = useParams();
  const { search } = useLocation();
  const [address] = useSearchParams();
  const api = useApi();
  const [text, setText] = useState("");
  const [scope, setScope] = useState("open");
  const referrals = useQuery({ queryKey: ["referrals", "list"], queryFn: () => api.referrals.list() });
  const rides = useQuery({ queryKey: ["transports", "list"], queryFn: () => api.transports.list() });
  const residentId = address.get("resident");
  const of = residentId ? `?resident=${residentId}` : "";
  const sought = { text, all: scope === "all", residentId };
  const shown = shownReferrals(referrals.data?.items ?? [], sought);
  const shownRideList = shownRides(rides.data?.items ?? [], sought);
  const chosen = referralId ?? transportId;
  return (
    <div className="nurse-plan nurse-plan-split">
      <PlanTabs />
      <div className={`nurse-split ${chosen ? "nurse-split-detail" : ""}`}>
        <section className="nurse-list yz-card" aria-label={t("app:referrals.title")}>
          <div className="nurse-list-head">
            <h1>{t("app:referrals.title")}</h1>
            <TextInput
              type="search"
              aria-label={t("app:referrals.find")}
              placeholder={t("app:referrals.find")}
              leftSection={<IconSearch size={20} aria-hidden />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <SegmentedControl
              size="lg"
              aria-label={t("app:referrals.list")}
              value={scope}
              onChange={setScope}
              data={[
                { value: "open", label: t("app:referrals.open") },
                { value: "all", label: t("app:referrals.all") },
              ]}
            />
            <Group grow gap="xs">
              <Button
                component={Link}
                to={`/referrals/new${of}`}
                size="lg"
                mih={60}
                px="xs"
                leftSection={<IconFilePlus aria-hidden />}
              >
                {t("app:referrals.draft.new")}
              </Button>
              <Button
                component={Link}
                to={`/transports/new${of}`}
                variant="default"
                size="lg"
                mih={60}
                px="xs"
                leftSection={<IconAmbulance aria-hidden />}
              >
                {t("app:referrals.ride.ask")}
              </Button>
            </Group>
          </div>
          <h2 className="nurse-list-title">{t("app:referrals.list")}</h2>
          {referrals.isPending ? (
            <Skeletons shape="rows" count={3} />
          ) : referrals.isError ? (
            <div className="nurse-pad">
              <ProblemAlert error={referrals.error} onRetry={() => void referrals.refetch()} />
            </div>
          ) : shown.length > 0 ? (
            <ul className="nurse-rows">
              {shown.map((one) => (
                <ReferralRow key={one.id} referral={one} search={search} />
              ))}
            </ul>
          ) : referrals.data.items.length === 0 ? (
            <EmptyState
              level={3}
              icon={IconBuildingHospital}
              title={t("app:referrals.empty")}
              hint={t("app:referrals.emptyHint")}
            />
          ) : (
            <EmptyState
              level={3}
              icon={IconSearch}
              title={t("app:referrals.noMatch")}
              hint={t("app:referrals.noMatchHint")}
            />
          )}
          <h2 className="nurse-list-title">{t("app:referrals.rides")}</h2>
          {rides.isPending ? (
            <Skeletons shape="rows" count={1} />
          ) : rides.isError ? (
            <div className="nurse-pad">
              <ProblemAlert error={rides.error} onRetry={() => void rides.refetch()} />
            </div>
          ) : shownRideList.length > 0 ? (
            <ul className="nurse-rows">
              {shownRideList.map((one) => (
                <RideRow key={one.id} ride={one} search={search} />
              ))}
            </ul>
          ) : (
            <EmptyState
              level={3}
              icon={IconAmbulance}
              title={t("app:referrals.noRides")}
              hint={t("app:referrals.noRidesHint")}
            />
          )}
        </section>
        <section className="nurse-detail">
          {referralId ? (
            <ReferralPanel key={referralId} referralId={referralId} />
          ) : transportId ? (
            <RidePanel key={transportId} transportId={transportId} />
          ) : (
            <div className="yz-card nurse-fill">
              <EmptyState
                icon={IconBuildingHospital}
                title={t("app:referrals.choose")}
                hint={t("app:referrals.chooseHint")}
              />
            </div>
          )}
        </section>
      </div>
    </div>
  );
}

function ReferralRow({ referral, search }: { referral: ReferralSummary; search: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { resident, appointment } = referral;
  return (
    <li>
      <NavLink to={`/referrals/${referral.id}${search}`} className="nurse-row">
        <span className="nurse-bed">{resident.bed}</span>
        <span className="nurse-row-text">
          <span className="nurse-row-name">
            {resident.name}
            {referral.urgency === "urgent" && <StatusChip meaning="danger">{t("app:referrals.urgent")}</StatusChip>}
          </span>
          <span className="nurse-row-sub">
            <span>
              {referral.hospital} {referral.department}
            </span>
            {appointment && <span>{formats.dateTime(appointment.at)}</span>}
          </span>
          <span>
            <ReferralChip state={referral.state} />
          </span>
        </span>
      </NavLink>
    </li>
  );
}

function RideRow({ ride, search }: { ride: TransportSummary; search: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <li>
      <NavLink to={`/transports/${ride.id}${search}`} className="nurse-row">
        <span className="nurse-bed">{ride.bed}</span>
        <span className="nurse-row-text">
          <span className="nurse-row-name">{ride.resident_name}</span>
          <span className="nurse-row-sub">
            <span>{t(`app:referrals.ride.vehicles.${ride.vehicle}`)}</span>
            <span>{t("app:referrals.ride.pickUp", { time: formats.dateTime(ride.pick_up_at) })}</span>
          </span>
          <span>
            <RideChip state={ride.state} />
          </span>
        </span>
      </NavLink>
    </li>
  );
}
