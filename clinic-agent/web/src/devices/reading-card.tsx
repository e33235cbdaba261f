import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconDeviceFloppy, IconInfoCircle, IconTrash, IconUserSearch } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ResidentSummary } from "@yunzhen/client";
import {
  EcgStrip,
  ProblemAlert,
  rangeWord,
  Skeletons,
  StatusChip,
  useAction,
  useFormats,
  vitalSign,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DISCARD_REASONS, type DeviceReading, type DiscardReason } from "../box/box-api";
import { useBoxApi } from "../box/box-context";
import { ResidentChoice } from "./resident-choice";
import { shownUnit, type Card } from "./readings-view";

/** One reading, with what a nurse can do with it. Once decided it stays where it is and says what became of it. */
export function ReadingCard({
  card: { reading, decided },
  proposed,
  residents,
}: {
  card: Card;
  proposed: string;
  residents: readonly ResidentSummary[];
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const box = useBoxApi();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(proposed);
  const [choosing, choose] = useDisclosure(false);
  const [discarding, discard] = useDisclosure(false);
  const resident = residents.find((one) => one.id === chosen);
  const [outcome, setOutcome] = useState<string>();
  const finish = (message: string): void => {
    setOutcome(message);
    notifications.show({ message, color: "green" });
    for (const key of ["devices", "spool", "residents"]) void queries.invalidateQueries({ queryKey: [key] });
  };
  const confirm = useAction((who: { id: string; name: string }) => box.confirmReading(reading.id, who.id), {
    onSuccess: (_, who) => finish(t("app:devices.confirmed", { name: who.name })),
  });
  const drop = useAction((reason: DiscardReason) => box.discardReading(reading.id, reason), {
    onSuccess: () => {
      discard.close();
      finish(t("app:devices.discarded"));
    },
  });
  const error = confirm.error ?? drop.error;
  return (
    <li className="nurse-device" data-testid="device-reading">
      <div className="nurse-devices-head">
        <strong>{reading.device.name || reading.device.address}</strong>
        <span className={reading.basis === "doubtful" ? "nurse-field-warn" : "nurse-dim"}>
          {t("app:devices.measured", { time: formats.dateTime(reading.measured_at) })} ·{" "}
          {t(`app:devices.basis.${reading.basis}`)}
        </span>
      </div>
      <ul className="nurse-device-values">
        {reading.values.map((value) => (
          <ValueItem key={value.code} value={value} />
        ))}
      </ul>
      {reading.leads && !decided && <WaitingEcg id={reading.id} />}
      {reading.remarks.length > 0 && (
        <div className="nurse-devices-head">
          {reading.remarks.map((remark) => (
            <StatusChip key={remark} meaning="waiting" icon={IconInfoCircle}>
              {t(`app:devices.remark.${remark}`)}
            </StatusChip>
          ))}
        </div>
      )}
      {error && <ProblemAlert error={error} />}
      {outcome !== undefined || (decided && !error) ? (
        <p className="nurse-device-actions">
          <IconCircleCheck aria-hidden /> {outcome ?? t("app:devices.elsewhere")}
        </p>
      ) : (
        <div className="nurse-device-actions">
          <Button variant="default" size="xl" leftSection={<IconTrash aria-hidden />} onClick={discard.open}>
            {t("app:devices.discard")}
          </Button>
          <Button variant="default" size="xl" leftSection={<IconUserSearch aria-hidden />} onClick={choose.open}>
            {t("app:devices.other")}
          </Button>
          {resident && (
            <Button
              size="xl"
              leftSection={<IconDeviceFloppy aria-hidden />}
              loading={confirm.isPending}
              onClick={() => confirm.mutate({ id: resident.id, name: resident.name })}
            >
              {t("app:devices.confirm", { name: resident.name, bed: resident.bed })}
            </Button>
          )}
        </div>
      )}
      <Modal opened={choosing} onClose={choose.close} title={t("app:devices.otherTitle")} size={640}>
        <ResidentChoice
          residents={residents}
          hint={t("app:devices.otherHint")}
          onChoose={(id) => {
            setChosen(id);
            choose.close();
          }}
        />
      </Modal>
      <Modal opened={discarding} onClose={discard.close} title={t("app:devices.discardTitle")} size={560}>
        <div className="nurse-choices">
          <Text c="dimmed">{t("app:devices.discardHint")}</Text>
          {DISCARD_REASONS.map((reason) => (
            <Button
              key={reason}
              variant="default"
              size="xl"
              loading={drop.isPending}
              onClick={() => drop.mutate(reason)}
            >
              {t(`app:devices.reason.${reason}`)}
            </Button>
          ))}
        </div>
      </Modal>
    </li>
  );
}

/** The curve before anybody says whose it is: the nurse sees what she confirms. */
function WaitingEcg({ id }: { id: string }) {
  const box = useBoxApi();
  const curve = useQuery({
    queryKey: ["devices", "recording", id],
    queryFn: () => box.recording(id),
    staleTime: Infinity,
  });
  if (curve.isPending) return <Skeletons shape="chart" />;
  if (curve.isError) return <ProblemAlert error={curve.error} onRetry={() => void curve.refetch()} />;
  return <EcgStrip ecg={curve.data} />;
}

function ValueItem({ value }: { value: DeviceReading["values"][number] }) {
  const { t } = useTranslation();
  const sign = vitalSign(value.code);
  const word = rangeWord(value);
  return (
    <li>
      {t(`vital.${value.code}`)} <strong>{value.value.toFixed(sign?.digits ?? 0)}</strong>{" "}
      <span className="nurse-dim">{sign?.shownUnit ?? shownUnit(value.unit)}</span>{" "}
      {word !== "inRange" && <StatusChip meaning="person">{t(`vital.${word}`)}</StatusChip>}
    </li>
  );
}
