import { Button, FileButton, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBluetooth, IconBluetoothOff, IconFileImport, IconRefresh } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Banner, ProblemAlert, Skeletons, StatusChip, useAction, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeviceReading, DeviceStanding } from "../box/box-api";
import { useBoxApi } from "../box/box-context";
import { useRound } from "../today/use-round";
import { ReadingCard } from "./reading-card";
import { cardsOf, freshOf, newestFirst, SHOWN_FIRST, standingOf } from "./readings-view";

/** What devices measured and nobody has confirmed. The resident whose form this is is proposed, never assumed. */
export function DeviceReadings({ residentId }: { residentId: string }) {
  const { t, i18n } = useTranslation();
  const box = useBoxApi();
  const [all, { toggle }] = useDisclosure(false);
  const [arranged, setArranged] = useState<DeviceReading[]>([]);
  const { residents } = useRound();
  // Not kept between two forms: a form never opens with readings that were decided meanwhile.
  const devices = useQuery({ queryKey: ["devices"], queryFn: () => box.devices(), gcTime: 0 });
  if (devices.isPending) return <Skeletons shape="rows" count={1} />;
  if (devices.isError) return <ProblemAlert error={devices.error} onRetry={() => void devices.refetch()} />;
  const { readings, dropped, failure } = devices.data;
  // Into an empty list readings come by themselves; later ones wait for a press, because cards must not move.
  if (arranged.length === 0 && readings.length > 0) setArranged(newestFirst(readings));
  const standing = standingOf(devices.data);
  const words = i18n.language === "en" ? devices.data.words_en : devices.data.words_zh;
  if (standing === "off" && arranged.length === 0) {
    return (
      <Text c="dimmed" className="nurse-devices-head">
        <IconBluetoothOff size={22} aria-hidden /> {words}
      </Text>
    );
  }
  const fresh = freshOf(arranged, readings).length;
  const cards = cardsOf(arranged, readings);
  return (
    <section className="nurse-devices" aria-label={t("app:devices.title")} data-testid="devices">
      <div className="nurse-devices-head nurse-devices-title" aria-live="polite">
        <h3>{t("app:devices.title")}</h3>
        {readings.length > 0 && (
          <StatusChip meaning="person">{t("app:devices.waiting", { n: readings.length })}</StatusChip>
        )}
        {standing === "simulated" && <StatusChip meaning="waiting">{t("app:devices.simulated")}</StatusChip>}
        {fresh > 0 && arranged.length > 0 && (
          <Button
            variant="light"
            size="xl"
            leftSection={<IconRefresh aria-hidden />}
            onClick={() => setArranged(newestFirst(readings))}
          >
            {t("app:devices.fresh", { n: fresh })}
          </Button>
        )}
      </div>
      {standing === "broken" && (
        <Banner meaning="person" icon={IconBluetoothOff} role="status">
          {words}
        </Banner>
      )}
      {cards.length === 0 && standing !== "broken" && (
        <Banner meaning="waiting" icon={IconBluetooth} title={standing === "ready" ? words : t("app:devices.none")}>
          {t("app:devices.noneHint")}
        </Banner>
      )}
      <ul className="nurse-device-list">
        {cards.slice(0, all ? cards.length : SHOWN_FIRST).map((card) => (
          <ReadingCard
            // Another resident's form starts with its own proposal.
            key={`${card.reading.id} ${residentId}`}
            card={card}
            proposed={residentId}
            residents={residents.data?.data.items ?? []}
          />
        ))}
      </ul>
      {cards.length > SHOWN_FIRST && (
        <Button variant="default" size="lg" onClick={toggle} aria-expanded={all}>
          {all ? t("app:devices.less") : t("app:devices.more", { n: cards.length })}
        </Button>
      )}
      <EcgFile />
      {failure && <FailureLine failure={failure} />}
      {dropped > 0 && <Text c="dimmed">{t("app:devices.dropped", { n: dropped })}</Text>}
    </section>
  );
}

/** A recorder that has no way to the box but a file. */
function EcgFile() {
  const { t } = useTranslation();
  const box = useBoxApi();
  const queries = useQueryClient();
  const take = useAction((file: File) => box.takeEcgFile(file), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["devices"] }),
  });
  return (
    <div className="nurse-device-actions">
      <FileButton accept="application/json,application/fhir+json,.json" onChange={(file) => file && take.mutate(file)}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            size="xl"
            leftSection={<IconFileImport aria-hidden />}
            loading={take.isPending}
          >
            {t("app:devices.ecgFile")}
          </Button>
        )}
      </FileButton>
      {take.error && <ProblemAlert error={take.error} />}
    </div>
  );
}

function FailureLine({ failure }: { failure: NonNullable<DeviceStanding["failure"]> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const why = failure.remarks.map((remark) => t(`app:devices.remark.${remark}`)).join(t("separator"));
  return (
    <Banner meaning="person" role="status">
      {t("app:devices.failed", {
        device: failure.device.name || failure.device.address,
        time: formats.time(failure.at),
        why: why || t("app:devices.failedUnread"),
      })}
    </Banner>
  );
}
