import { StatusChip } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPackage, IconPrinter, IconSnowflake } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Copyable } from "../common/Copyable";
import { ParcelLabel } from "./ParcelLabel";
import type { PackedAnswer } from "./secrets";
import classes from "./orders.module.css";

/** What goes on the parcel and what the courier is told. Shown large, because it is read aloud. */
export function PackedPanel({ packed }: { packed: PackedAnswer }) {
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
          {packed.courier_pin !== undefined && (
            <div className={classes.big} data-testid="courier-pin">
              <Text size="sm" c="dimmed">
                {t("orders.pin")}
              </Text>
              <Copyable value={packed.courier_pin} label={t("orders.pin")} large />
              <Text size="sm">{t("orders.pinHint")}</Text>
            </div>
          )}
        </Group>
        {packed.courier_link_path !== undefined ? (
          <div className={classes.big} data-testid="courier-link">
            <Text size="sm" c="dimmed">
              {t("orders.courierLink")}
            </Text>
            <Copyable value={`${location.origin}${packed.courier_link_path}`} label={t("orders.courierLink")} />
          </div>
        ) : (
          <Text data-testid="courier-same-run">{t("orders.sameRun", { courier: packed.delivery.courier.name })}</Text>
        )}
      </Stack>
      <ParcelLabel delivery={packed.delivery} code={packed.parcel_code} content={packed.label} />
    </div>
  );
}
