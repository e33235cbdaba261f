import { DeliveryChip, ProblemAlert, Skeletons, useFormats } from "@yunzhen/client/ui";
import { Group, Text, Title } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Timeline } from "../prescriptions/Timeline";
import classes from "./orders.module.css";

/** Where the parcel is now, who has it, and every failed attempt. */
export function DeliveryPanel({ deliveryId, withCode }: { deliveryId: string; withCode: boolean }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const query = useQuery({ queryKey: keys.deliveries.one(deliveryId), queryFn: () => api.deliveries.get(deliveryId) });
  if (query.isPending) return <Skeletons shape="card" count={2} />;
  if (!query.data) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const delivery = query.data;
  return (
    <div className={classes.panel} data-testid="delivery" data-state={delivery.state}>
      <Group justify="space-between" mb="xs">
        <Title order={2} fz={16}>
          {t("orders.delivery")}
        </Title>
        <DeliveryChip state={delivery.state} />
      </Group>
      {withCode && delivery.parcel_code && (
        <>
          <Text>
            {t("orders.parcelCode")} <strong>{delivery.parcel_code}</strong>
          </Text>
          <Text size="sm" c="dimmed">
            {t("orders.pinGone")}
          </Text>
        </>
      )}
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
          {formats.dateTime(attempt.at)} · {attempt.reason}
        </Text>
      ))}
      <Timeline entries={delivery.timeline} />
    </div>
  );
}
