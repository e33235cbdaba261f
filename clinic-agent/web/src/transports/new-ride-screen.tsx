import { Button, Checkbox, Group, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { NewTransport, TransportNeed, Vehicle } from "@yunzhen/client";
import { ProblemAlert, useAction, useApi, useZone } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { saidAt } from "../said-at";
import { asLocalInput, fromLocalInput } from "../schedule/calendar";
import { PrimaryButton } from "../shell";
import { useRound } from "../today/use-round";

const VEHICLES: readonly Vehicle[] = ["ambulance", "wheelchair_van", "taxi", "home_car"];
const NEEDS: readonly TransportNeed[] = ["stretcher", "wheelchair", "oxygen", "escort"];
/** To be there in time for an appointment. */
const BEFORE_APPOINTMENT_MS = 60 * 60_000;

/** Asks for a ride; from a referral the place and the time of its appointment are known. */
export function NewRideScreen() {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [address] = useSearchParams();
  const referralId = address.get("referral");
  const { residents } = useRound();
  const referral = useQuery({
    queryKey: ["referrals", referralId],
    enabled: referralId !== null,
    queryFn: () => api.referrals.get(referralId ?? ""),
  });
  const [residentId, setResidentId] = useState(address.get("resident"));
  const [vehicle, setVehicle] = useState<Vehicle>("ambulance");
  const [needs, setNeeds] = useState<TransportNeed[]>([]);
  const [typed, setTyped] = useState<string>();
  const [destination, setDestination] = useState("");
  const zone = useZone();
  const [opened] = useState(() => Date.now());
  const appointment = referral.data?.appointment;
  const proposed = appointment ? Math.max(opened, Date.parse(appointment.at) - BEFORE_APPOINTMENT_MS) : opened;
  const pickUp = typed ?? asLocalInput(proposed, zone);
  const pickUpAt = fromLocalInput(pickUp, zone);
  const ask = useAction((input: NewTransport, key) => api.transports.request(input, key), {
    onSuccess: (ride) => {
      notifications.show({ message: t("app:referrals.ride.asked"), color: "green" });
      for (const key of ["transports", "referrals"]) void queries.invalidateQueries({ queryKey: [key] });
      void navigate(`/transports/${ride.id}`, { replace: true });
    },
  });
  const error = (path: string): string | undefined => saidAt(ask.error, path);
  const placeMissing = referralId === null && destination.trim() === "";
  return (
    <div className="nurse-after">
      <header className="nurse-screen-head">
        <Button
          component={Link}
          to={referralId ? `/referrals/${referralId}` : "/referrals"}
          variant="subtle"
          leftSection={<IconArrowLeft />}
        >
          {t("action.back")}
        </Button>
        <h1>{t("app:referrals.ride.newTitle")}</h1>
      </header>
      <section className="yz-card nurse-pad nurse-complaint">
        <Select
          label={t("app:referrals.ride.who")}
          searchable
          disabled={referralId !== null}
          value={residentId}
          onChange={setResidentId}
          data={(residents.data?.data.items ?? []).map((one) => ({ value: one.id, label: `${one.bed} ${one.name}` }))}
          error={error("resident_id")}
        />
        <div>
          <Text fw={600} mb={4} id="vehicle">
            {t("app:referrals.ride.vehicle")}
          </Text>
          <div className="nurse-templates" role="group" aria-labelledby="vehicle">
            {VEHICLES.map((one) => (
              <button key={one} type="button" aria-pressed={one === vehicle} onClick={() => setVehicle(one)}>
                {t(`app:referrals.ride.vehicles.${one}`)}
              </button>
            ))}
          </div>
        </div>
        <Checkbox.Group
          label={t("app:referrals.ride.needs")}
          value={needs}
          onChange={(chosen) => setNeeds(NEEDS.filter((need) => chosen.includes(need)))}
        >
          <Group mt={8} gap="lg">
            {NEEDS.map((need) => (
              <Checkbox key={need} size="lg" value={need} label={t(`app:referrals.ride.need.${need}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <TextInput
          type="datetime-local"
          label={t("app:referrals.ride.when")}
          value={pickUp}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={pickUpAt ? error("pick_up_at") : t("app:referrals.ride.whenMissing")}
          maw={360}
        />
        <TextInput
          label={t("app:referrals.ride.to")}
          description={referralId ? t("app:referrals.ride.toHelp") : undefined}
          placeholder={
            appointment ? `${referral.data?.hospital ?? ""} ${appointment.department} ${appointment.place}` : undefined
          }
          value={destination}
          onChange={(event) => setDestination(event.currentTarget.value)}
          error={error("destination")}
          maxLength={200}
        />
      </section>
      {referral.isError && <ProblemAlert error={referral.error} onRetry={() => void referral.refetch()} />}
      {ask.error && <ProblemAlert error={ask.error} />}
      <footer className="nurse-actions">
        {placeMissing && <Text>{t("app:referrals.ride.toMissing")}</Text>}
        <PrimaryButton
          disabled={!residentId || !pickUpAt || placeMissing}
          loading={ask.isPending}
          onClick={() =>
            residentId &&
            pickUpAt &&
            ask.mutate({
              resident_id: residentId,
              vehicle,
              pick_up_at: pickUpAt,
              needs,
              ...(referralId ? { referral_id: referralId } : {}),
              ...(destination.trim() ? { destination: destination.trim() } : {}),
            })
          }
        >
          {t("app:referrals.ride.save")}
        </PrimaryButton>
      </footer>
    </div>
  );
}
