import { Button, Group, Modal, Stack, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPhone } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Carrier, Transport } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { BackToList } from "../back-to-list";
import { ReasonStep } from "../reason-step";
import { RideChip } from "../referrals/chips";
import { Steps } from "../referrals/steps";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";

/** One ride: asked for, vehicle confirmed, departed, arrived. */
export function RidePanel({ transportId }: { transportId: string }) {
  const api = useApi();
  const ride = useQuery({ queryKey: ["transports", transportId], queryFn: () => api.transports.get(transportId) });
  if (ride.data) return <Whole ride={ride.data} />;
  return (
    <div className="yz-card nurse-pad">
      {ride.isPending ? (
        <Skeletons shape="card" count={5} />
      ) : (
        <ProblemAlert error={ride.error} onRetry={() => void ride.refetch()} />
      )}
    </div>
  );
}

function Whole({ ride }: { ride: Transport }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { carrier } = ride;
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={t("app:referrals.ride.title")}>
        <Group gap="sm">
          <BackToList to="/referrals" label={t("app:referrals.back")} />
          <Title order={1} size="h2">
            {t("app:referrals.ride.title")} · {ride.resident_name} · {t("bed", { bed: ride.bed })}
          </Title>
          <RideChip state={ride.state} />
        </Group>
        {ride.end_reason && (
          <Banner meaning="waiting">{t("app:referrals.ride.ended", { reason: ride.end_reason })}</Banner>
        )}
        <dl className="nurse-facts">
          <dt>{t("app:referrals.ride.when")}</dt>
          <dd>
            <strong>{formats.dateTime(ride.pick_up_at)}</strong> ({formats.zone})
          </dd>
          <dt>{t("app:referrals.ride.to")}</dt>
          <dd>{ride.destination}</dd>
          <dt>{t("app:referrals.ride.vehicle")}</dt>
          <dd>
            {t(`app:referrals.ride.vehicles.${ride.vehicle}`)}
            {ride.needs.length > 0 &&
              ` · ${ride.needs.map((need) => t(`app:referrals.ride.need.${need}`)).join(t("separator"))}`}
          </dd>
          {carrier && (
            <>
              <dt>{t("app:referrals.ride.carrier")}</dt>
              <dd>
                {carrier.name}
                {carrier.plate && ` · ${carrier.plate}`}{" "}
                <Button
                  component="a"
                  href={`tel:${carrier.phone}`}
                  variant="default"
                  leftSection={<IconPhone aria-hidden />}
                >
                  {t("app:referrals.ride.call", { phone: carrier.phone })}
                </Button>
              </dd>
            </>
          )}
        </dl>
        {ride.referral_id && (
          <Link to={`/referrals/${ride.referral_id}`} className="nurse-inline-link">
            {t("app:referrals.ride.referral")}
          </Link>
        )}
        <Steps steps={ride.timeline} />
      </div>
      <Commands ride={ride} />
    </article>
  );
}

function Commands({ ride }: { ride: Transport }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [confirmOpen, confirm] = useDisclosure(false);
  const [cancelOpen, cancel] = useDisclosure(false);
  const again = (): void => {
    for (const key of ["transports", "referrals"]) void queries.invalidateQueries({ queryKey: [key] });
  };
  const step = useAction(
    (input: { step: "depart" | "arrive"; version: number }, key) =>
      api.transports.step(ride.id, input.step, input.version, key),
    { onSuccess: again },
  );
  const may = (command: string): boolean => ride.allowed.includes(command);
  const next = (["depart", "arrive"] as const).find(may);
  if (ride.allowed.length === 0) return null;
  return (
    <footer className="nurse-actions">
      {step.error && <ProblemAlert error={step.error} />}
      {may("cancel") && (
        <Button variant="default" size="xl" onClick={cancel.open}>
          {t("app:referrals.ride.cancel")}
        </Button>
      )}
      {may("confirm") && (
        <Button variant={next ? "default" : "filled"} size="xl" onClick={confirm.open}>
          {t(ride.carrier ? "app:referrals.ride.change" : "app:referrals.ride.confirm")}
        </Button>
      )}
      {next && (
        <PrimaryButton loading={step.isPending} onClick={() => step.mutate({ step: next, version: ride.version })}>
          {t(`app:referrals.ride.${next}`)}
        </PrimaryButton>
      )}
      <Modal opened={confirmOpen} onClose={confirm.close} title={t("app:referrals.ride.confirm")} size={560}>
        <CarrierForm
          ride={ride}
          onDone={() => {
            confirm.close();
            again();
          }}
        />
      </Modal>
      <Modal opened={cancelOpen} onClose={cancel.close} title={t("app:referrals.ride.cancel")} size={560}>
        <CancelForm
          ride={ride}
          onDone={() => {
            cancel.close();
            again();
          }}
        />
      </Modal>
    </footer>
  );
}

function CarrierForm({ ride, onDone }: { ride: Transport; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const [carrier, setCarrier] = useState<Carrier>({ name: "", phone: "", plate: "", ...ride.carrier });
  const save = useAction(
    (input: { version: number; carrier: Carrier }, key) =>
      api.transports.confirm(ride.id, input.version, input.carrier, key),
    { onSuccess: onDone },
  );
  const error = (part: string): string | undefined => saidAt(save.error, `carrier.${part}`);
  const plate = carrier.plate?.trim();
  return (
    <Stack>
      <TextInput
        label={t("app:referrals.ride.carrier")}
        value={carrier.name}
        onChange={(event) => setCarrier({ ...carrier, name: event.currentTarget.value })}
        error={error("name")}
        maxLength={60}
        data-autofocus
      />
      <TextInput
        label={t("app:referrals.ride.phone")}
        type="tel"
        value={carrier.phone}
        onChange={(event) => setCarrier({ ...carrier, phone: event.currentTarget.value })}
        error={error("phone")}
        maxLength={40}
      />
      <TextInput
        label={t("app:referrals.ride.plate")}
        value={carrier.plate ?? ""}
        onChange={(event) => setCarrier({ ...carrier, plate: event.currentTarget.value })}
        error={error("plate")}
        maxLength={20}
      />
      {save.error && <ProblemAlert error={save.error} />}
      <Group justify="flex-end">
        <PrimaryButton
          disabled={carrier.name.trim() === "" || carrier.phone.trim() === ""}
          loading={save.isPending}
          onClick={() =>
            save.mutate({
              version: ride.version,
              carrier: { name: carrier.name.trim(), phone: carrier.phone.trim(), ...(plate ? { plate } : {}) },
            })
          }
        >
          {t("app:referrals.ride.saveCarrier")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}

function CancelForm({ ride, onDone }: { ride: Transport; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const [reason, setReason] = useState("");
  const cancel = useAction(
    (input: { version: number; reason: string }, key) =>
      api.transports.cancel(ride.id, input.version, input.reason, key),
    { onSuccess: onDone },
  );
  return (
    <Stack>
      <ReasonStep
        label={t("app:referrals.ride.cancelReason")}
        action={t("app:referrals.ride.cancel")}
        color="red"
        reason={reason}
        onReason={setReason}
        step={cancel}
        onStep={(given) => cancel.mutate({ version: ride.version, reason: given })}
        data-autofocus
      />
    </Stack>
  );
}
