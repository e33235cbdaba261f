import type { Delivery } from "@yunzhen/client";
import {
  AttemptReason,
  DecisionLines,
  DeliveryChip,
  ExcursionWords,
  ParcelNumber,
  ProblemAlert,
  QuarantineBanner,
  Skeletons,
  TemperaturePlot,
  useFormats,
} from "@yunzhen/client/ui";
import { Button, Group, Text, Title } from "@mantine/core";
import { IconPhone, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Timeline } from "../prescriptions/Timeline";
import { ReceiptFile } from "../verification/SignatureFiles";
import { codeOpens } from "./board";
import { ParcelLabel } from "./ParcelLabel";
import { Recovery } from "./Recovery";
import { Settlement } from "./Settlement";
import classes from "./orders.module.css";

/** Where the parcel is now, who has it, and every failed attempt. */
export function DeliveryPanel({ deliveryId, withCode }: { deliveryId: string; withCode: boolean }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const query = useQuery({ queryKey: keys.deliveries.one(deliveryId), queryFn: () => api.deliveries.get(deliveryId) });
  if (query.isPending) return <Skeletons shape="card" count={2} />;
  if (!query.data) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const delivery = query.data;
  const code = withCode && codeOpens(delivery) ? delivery.parcel_code : undefined;
  return (
    <div className={classes.panel} data-testid="delivery" data-state={delivery.state}>
      <Group justify="space-between" mb="xs">
        <Title order={2} fz={16}>
          {t("orders.delivery")}
        </Title>
        <DeliveryChip state={delivery.state} />
      </Group>
      <ParcelNumber delivery={delivery} />
      {code && (
        <>
          <Text>
            {t("orders.parcelCode")} <strong>{code}</strong>
          </Text>
          <Text size="sm" c="dimmed">
            {t("orders.pinGone")}
          </Text>
        </>
      )}
      <QuarantineBanner delivery={delivery} reader="pharmacy" />
      <ExcursionWords delivery={delivery} />
      <DecisionLines delivery={delivery} />
      <Text>{delivery.home.name}</Text>
      <Text size="sm" c="dimmed">
        {delivery.home.address}
      </Text>
      <Text mt="xs">
        {delivery.courier.name}{" "}
        <Text component="a" href={`tel:${delivery.courier.phone}`} c="var(--mantine-color-anchor)">
          <IconPhone size={16} aria-hidden style={{ verticalAlign: "-2px" }} /> {delivery.courier.phone}
        </Text>
      </Text>
      {delivery.attempts.map((attempt) => (
        <Text key={attempt.at} size="sm" c="var(--yz-person-text)">
          {formats.dateTime(attempt.at)} · <AttemptReason attempt={attempt} />
        </Text>
      ))}
      {delivery.refusal && (
        <Text size="sm" c="var(--yz-person-text)" data-testid="refusal">
          {t("shared:parcel.refused", { reason: delivery.refusal })}
        </Text>
      )}
      <TemperaturePlot delivery={delivery} />
      <Recovery delivery={delivery} />
      {(delivery.discrepancies ?? []).map((discrepancy) => (
        <Settlement key={discrepancy.id} discrepancy={discrepancy} />
      ))}
      <ReceiptLine receipt={delivery.receipt} />
      <ReceiptFile delivery={delivery} />
      <Timeline entries={delivery.timeline} />
      {code && delivery.label && (
        <>
          <Button
            variant="default"
            mt="sm"
            leftSection={<IconPrinter size={18} aria-hidden />}
            onClick={() => window.print()}
          >
            {t("orders.print")}
          </Button>
          <ParcelLabel delivery={delivery} code={code} content={delivery.label} />
        </>
      )}
    </div>
  );
}

/** What the box of the home signed. */
function ReceiptLine({ receipt }: { receipt: Delivery["receipt"] }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  if (!receipt) return null;
  const late = Date.parse(receipt.received_at) - Date.parse(receipt.counted_at) > 60_000;
  return (
    <Text size="sm" mt="xs" data-testid="receipt">
      {t("parcel.receipt.title")} · {t("parcel.receipt.counted", { time: formats.dateTime(receipt.counted_at) })}
      {late && ` · ${t("parcel.receipt.late", { time: formats.dateTime(receipt.received_at) })}`}
    </Text>
  );
}
