import type { Prescription } from "@yunzhen/client";
import { StatusChip } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPackage, IconPrinter, IconSnowflake } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Copyable } from "../common/Copyable";
import type { PackedAnswer } from "./secrets";
import classes from "./orders.module.css";

/** What goes on the parcel and what the courier is told. Shown large, because it is read aloud. */
export function PackedPanel({ packed, prescription }: { packed: PackedAnswer; prescription: Prescription }) {
  const { t } = useTranslation("app");
  return (
    <div className={classes.panel} data-testid="packed">
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm">
            <IconPackage aria-hidden />
            <Title order={2} fz={18}>
              {t("orders.packed")}
            </Title>
            {packed.delivery.cold_chain && (
              <StatusChip meaning="person" icon={IconSnowflake}>
                {t("orders.cold")}
              </StatusChip>
            )}
          </Group>
          <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
            {t("orders.print")}
          </Button>
        </Group>
        <Group grow align="stretch">
          <div className={classes.big} data-testid="parcel-code">
            <Text size="sm" c="dimmed">
              {t("orders.parcelCode")}
            </Text>
            <Copyable value={packed.parcel_code} label={t("orders.parcelCode")} large />
            <Text size="sm">{t("orders.parcelHint")}</Text>
          </div>
          <div className={classes.big} data-testid="courier-pin">
            <Text size="sm" c="dimmed">
              {t("orders.pin")}
            </Text>
            <Copyable value={packed.courier_pin} label={t("orders.pin")} large />
            <Text size="sm">{t("orders.pinHint")}</Text>
          </div>
        </Group>
        <div className={classes.big} data-testid="courier-link">
          <Text size="sm" c="dimmed">
            {t("orders.courierLink")}
          </Text>
          <Copyable value={`${location.origin}${packed.courier_link_path}`} label={t("orders.courierLink")} />
        </div>
      </Stack>
      <div className={classes.label} aria-hidden>
        <h1>{packed.parcel_code}</h1>
        <p>{packed.delivery.home.name}</p>
        <p>{packed.delivery.home.address}</p>
        <p>
          {prescription.resident.name} · {t("shared:bed", { bed: prescription.resident.bed })}
        </p>
        {packed.delivery.cold_chain && <p>{t("orders.cold")}</p>}
      </div>
    </div>
  );
}
