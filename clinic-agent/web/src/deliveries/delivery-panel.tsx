import { ActionIcon, Button, Group, Modal, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconArrowBackUp,
  IconArrowLeft,
  IconBarcode,
  IconCloudOff,
  IconMinus,
  IconPackageOff,
  IconPlus,
  IconSnowflake,
  IconThermometer,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Delivery } from "@yunzhen/client";
import {
  AttemptReason,
  Banner,
  DecisionLines,
  DeliveryChip,
  DiscrepancyView,
  DoorToDose,
  ParcelNumber,
  ProblemAlert,
  QuarantineBanner,
  ScanButton,
  StatusChip,
  TemperaturePlot,
  celsiusOf,
  useAction,
  useApi,
  useFormats,
  useNames,
  useUnit,
} from "@yunzhen/client/ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { NewReceipt } from "../box/box-api";
import { useBoxApi, useOffline, useSpool } from "../box/box-context";
import { PrimaryButton } from "../shell";
import { Timeline } from "../visit/after-screen";
import { CountedChip } from "./counted-chip";
import { WithdrawnParcel } from "./withdrawn-parcel";
import { asBody, hasDifference, linesOf, startCounts, tooManyDamaged, waitingCount } from "./counting";

export function DeliveryPanel({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const names = useNames();
  const unitWord = useUnit();
  const formats = useFormats();
  const receivable = delivery.allowed.includes("receive");
  const spool = useSpool();
  const mine = (spool.data ?? []).filter((item) => item.kind === "receipt" && item.resident_id === delivery.id);
  const waiting = waitingCount(delivery.id, mine);
  const returned = waiting ? undefined : mine.find((item) => item.state === "refused");
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={t("app:deliveries.title")}>
        <Group gap="sm">
          <Button
            component={Link}
            to="/deliveries"
            variant="subtle"
            className="nurse-only-narrow"
            aria-label={t("app:deliveries.back")}
            px="sm"
          >
            <IconArrowLeft aria-hidden />
          </Button>
          <Title order={1} size="h2">
            {delivery.resident ? t("app:deliveries.forResident", delivery.resident) : t("app:deliveries.title")}
          </Title>
          {waiting ? <CountedChip /> : <DeliveryChip state={delivery.state} />}
          {delivery.cold_chain && (
            <StatusChip meaning="primary" icon={IconSnowflake}>
              {t("app:deliveries.cold")}
            </StatusChip>
          )}
        </Group>
        <ParcelNumber delivery={delivery} />
        <Text c="dimmed">
          {t("app:deliveries.courier", { name: delivery.courier.name })} · {delivery.courier.phone}
        </Text>
        {delivery.attempts.length > 0 && (
          <Banner meaning="person" title={t("app:deliveries.attempts")}>
            {delivery.attempts.map((attempt) => (
              <div key={attempt.at}>
                {formats.dateTime(attempt.at)} · <AttemptReason attempt={attempt} />
              </div>
            ))}
          </Banner>
        )}
        {returned && (
          <Banner meaning="danger" title={t("app:deliveries.returned")} role="alert">
            {returned.problem?.detail} {returned.problem?.action}
          </Banner>
        )}
        {delivery.state === "returning" && (
          <Banner meaning="person" icon={IconArrowBackUp} title={t("app:deliveries.goesBack.title")} role="status">
            {t("app:deliveries.goesBack.hint")}
          </Banner>
        )}
        <DecisionLines delivery={delivery} />
        {delivery.refusal && <Banner meaning="person">{t("parcel.refused", { reason: delivery.refusal })}</Banner>}
        <QuarantineBanner delivery={delivery} reader="nurse" />
        <TemperaturePlot delivery={delivery} />
        {(delivery.discrepancies ?? []).map((discrepancy) => (
          <DiscrepancyView key={discrepancy.id} discrepancy={discrepancy} />
        ))}
        {waiting ? (
          <Banner meaning="person" icon={IconCloudOff} title={t("app:deliveries.waits")} role="status">
            {t("app:deliveries.waitsHint", { time: formats.time(waiting.created_at) })}
          </Banner>
        ) : receivable && delivery.state === "recalled" ? (
          <WithdrawnParcel delivery={delivery}>
            <ReceiveForm delivery={delivery} />
          </WithdrawnParcel>
        ) : receivable ? (
          <ReceiveForm delivery={delivery} />
        ) : (
          <>
            {delivery.packs && delivery.packs.length > 0 && (
              <ul className="nurse-plain-list">
                {delivery.packs.map((pack) => (
                  <li key={`${pack.item_no}${pack.batch}`}>
                    <strong>{names.pack(pack)}</strong> · {pack.quantity} {unitWord(pack.unit)}
                    {pack.substitution && ` · ${t("app:deliveries.instead")}`}
                    <div className="nurse-dim">
                      {t("app:deliveries.batch", { batch: pack.batch, expiry: pack.expiry })}
                    </div>
                  </li>
                ))}
              </ul>
            )}
            {["awaiting_courier", "accepted", "in_transit", "on_hold"].includes(delivery.state) && (
              <Text c="dimmed">{t("app:deliveries.notArrived")}</Text>
            )}
          </>
        )}
        {delivery.prescription_id && <Chain prescriptionId={delivery.prescription_id} />}
        <Timeline steps={delivery.timeline} level={2} />
      </div>
    </article>
  );
}

/** The way of the prescription to its first dose; without a link there is the parcel alone. */
function Chain({ prescriptionId }: { prescriptionId: string }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ["prescriptions", prescriptionId],
    queryFn: () => api.prescriptions.get(prescriptionId),
  });
  return query.data?.door_to_dose ? (
    <DoorToDose chain={query.data.door_to_dose} state={query.data.state} reader="nurse" />
  ) : null;
}

function ReceiveForm({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const names = useNames();
  const unitWord = useUnit();
  const queries = useQueryClient();
  const box = useBoxApi();
  const offline = useOffline();
  const packs = linesOf(delivery.packs ?? []);
  const [typed, setTyped] = useState("");
  const celsius = celsiusOf(typed);
  const celsiusMissing = delivery.cold_chain && celsius === undefined;
  const [code, setCode] = useState("");
  const codeField = useRef<HTMLInputElement>(null);
  const [counts, setCounts] = useState(() => startCounts(packs));
  const [comment, setComment] = useState("");
  const [pressed, setPressed] = useState(false);
  const [refuseOpen, refuse] = useDisclosure(false);
  const different = hasDifference(packs, counts);
  const withdrawn = delivery.state === "recalled";
  const tooMany = tooManyDamaged(counts);
  const codeMissing = code.trim() === "";
  const commentMissing = different && comment.trim() === "";
  const receive = useAction((input: NewReceipt, key) => box.receive(delivery.id, input, key), {
    onSuccess: ({ state }) => {
      const late = state === "saved" || state === "sent";
      const words = late ? "receivedOffline" : withdrawn ? "receivedWithdrawn" : "receivedNow";
      notifications.show({
        message: t(`app:deliveries.${words}`),
        color: late ? "blue" : withdrawn ? "yellow" : "green",
      });
      void queries.invalidateQueries({ queryKey: ["deliveries"] });
      void queries.invalidateQueries({ queryKey: ["spool"] });
    },
    onError: () => {
      // A scanner only types: what it reads next takes the place of this code and is not appended to it.
      if (document.activeElement === codeField.current) codeField.current?.select();
    },
  });
  const change = (item: number, part: "quantity" | "damaged", by: number): void =>
    setCounts((before) => {
      const count = before[item] ?? { quantity: 0, damaged: 0 };
      return { ...before, [item]: { ...count, [part]: Math.max(0, count[part] + by) } };
    });
  const submit = (): void => {
    setPressed(true);
    if (codeMissing || commentMissing || tooMany || celsiusMissing) return;
    receive.mutate({
      parcel_code: code.trim(),
      ...(delivery.cold_chain && celsius !== undefined ? { celsius } : {}),
      counts: asBody(packs, counts),
      ...(comment.trim() ? { comment: comment.trim() } : {}),
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md">
        <Title order={2} size="h3">
          {t(withdrawn ? "app:deliveries.withdrawn.counted" : "app:deliveries.receiveTitle")}
        </Title>
        <TextInput
          ref={codeField}
          label={t("app:deliveries.parcelCode")}
          description={t("app:deliveries.parcelCodeHelp")}
          leftSection={<IconBarcode aria-hidden />}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={pressed && codeMissing ? t("app:deliveries.parcelCodeMissing") : undefined}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maw={420}
        />
        <ScanButton label={t("app:deliveries.scan")} close={t("action.close")} size="xl" onCode={setCode} />
        {delivery.cold_chain && (
          <TextInput
            label={t("parcel.temperature.label")}
            description={t("parcel.temperature.help")}
            leftSection={<IconThermometer aria-hidden />}
            inputMode="decimal"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={pressed && celsiusMissing ? t("parcel.temperature.invalid") : undefined}
            autoComplete="off"
            maw={420}
          />
        )}
        <ul className="nurse-counts">
          {packs.map((pack) => {
            const count = counts[pack.item_no] ?? { quantity: 0, damaged: 0 };
            return (
              <li key={`${pack.item_no}${pack.batch}`}>
                <div className="nurse-count-name">
                  <strong>{names.pack(pack)}</strong>
                  {pack.substitution && <div>{t("app:deliveries.instead")}</div>}
                  <div>{t("app:deliveries.expectedCount", { n: pack.quantity, unit: unitWord(pack.unit) })}</div>
                  <div className="nurse-dim">
                    {t("app:deliveries.batch", { batch: pack.batch, expiry: pack.expiry })}
                  </div>
                </div>
                <Stepper
                  label={t("app:deliveries.arrived")}
                  of={names.pack(pack)}
                  value={count.quantity}
                  differs={count.quantity !== pack.quantity}
                  onChange={(by) => change(pack.item_no, "quantity", by)}
                />
                <Stepper
                  label={t("app:deliveries.damaged")}
                  of={names.pack(pack)}
                  value={count.damaged}
                  differs={count.damaged > 0}
                  onChange={(by) => change(pack.item_no, "damaged", by)}
                />
              </li>
            );
          })}
        </ul>
        {different && (
          <>
            <Banner meaning="person" role="status">
              {t("app:deliveries.difference")}
            </Banner>
            <Textarea
              label={t("app:deliveries.comment")}
              description={t("app:deliveries.commentHelp")}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
              error={pressed && commentMissing ? t("app:deliveries.commentMissing") : undefined}
              autosize
              minRows={2}
            />
          </>
        )}
        {tooMany && (
          <Banner meaning="danger" role="alert">
            {t("app:deliveries.tooMany")}
          </Banner>
        )}
        {offline && (
          <Banner meaning="person" icon={IconCloudOff} role="status">
            {t("app:deliveries.offline")}
          </Banner>
        )}
        {receive.error && <ProblemAlert error={receive.error} />}
        <Group justify="space-between">
          {delivery.allowed.includes("refuse") ? (
            <Button
              variant="default"
              size="xl"
              leftSection={<IconPackageOff aria-hidden />}
              onClick={refuse.open}
              type="button"
            >
              {t("app:deliveries.refuse")}
            </Button>
          ) : (
            <span />
          )}
          <PrimaryButton type="submit" loading={receive.isPending} color={different || withdrawn ? "yellow" : "teal"}>
            {t(
              withdrawn
                ? "app:deliveries.withdrawn.record"
                : different
                  ? "app:deliveries.acceptWithDifference"
                  : "app:deliveries.accept",
            )}
          </PrimaryButton>
        </Group>
      </Stack>
      <RefuseDialog delivery={delivery} opened={refuseOpen} onClose={refuse.close} />
    </form>
  );
}

function Stepper({
  label,
  of,
  value,
  differs,
  onChange,
}: {
  label: string;
  of: string;
  value: number;
  differs: boolean;
  onChange: (by: number) => void;
}) {
  const { t } = useTranslation();
  const what = `${label} ${of}`;
  return (
    <div className="nurse-stepper" role="group" aria-label={what}>
      <span className="nurse-dim">{label}</span>
      <div>
        <ActionIcon
          size={60}
          variant="default"
          disabled={value === 0}
          onClick={() => onChange(-1)}
          aria-label={t("app:deliveries.less", { what })}
        >
          <IconMinus aria-hidden />
        </ActionIcon>
        <output className={differs ? "nurse-count-differs" : ""}>{value}</output>
        <ActionIcon
          size={60}
          variant="default"
          onClick={() => onChange(1)}
          aria-label={t("app:deliveries.more", { what })}
        >
          <IconPlus aria-hidden />
        </ActionIcon>
      </div>
    </div>
  );
}

function RefuseDialog({ delivery, opened, onClose }: { delivery: Delivery; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const refuse = useAction(
    (input: { version: number; reason: string }, key) =>
      api.deliveries.refuse(delivery.id, input.version, input.reason, key),
    {
      onSuccess: () => {
        onClose();
        void queries.invalidateQueries({ queryKey: ["deliveries"] });
      },
    },
  );
  return (
    <Modal opened={opened} onClose={onClose} title={t("app:deliveries.refuseTitle")} size={560}>
      <Stack gap="md">
        <Text>{t("app:deliveries.refuseHint")}</Text>
        <div className="nurse-templates" role="group" aria-label={t("app:deliveries.refuseReason")}>
          {(["wrong", "broken", "warm"] as const).map((name) => (
            <button key={name} type="button" onClick={() => setReason(t(`app:deliveries.reason.${name}`))}>
              {t(`app:deliveries.reason.${name}`)}
            </button>
          ))}
        </div>
        <Textarea
          label={t("app:deliveries.refuseReason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
        />
        {refuse.error && <ProblemAlert error={refuse.error} />}
        <Group justify="space-between">
          <Button variant="default" size="xl" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <PrimaryButton
            color="red"
            disabled={reason.trim() === ""}
            loading={refuse.isPending}
            onClick={() => refuse.mutate({ version: delivery.version, reason: reason.trim() })}
          >
            {t("app:deliveries.refuse")}
          </PrimaryButton>
        </Group>
      </Stack>
    </Modal>
  );
}
