/** To which pharmacies a prescription is offered and why: chips for the pharmacy itself, the list for the prescriber's side and the pharmacist. */
import type { Offers, OfferReason, OfferWhy } from "@yunzhen/client";
import { StatusChip, useFormats } from "@yunzhen/client/ui";
import { Group, Stack, Text } from "@mantine/core";
import {
  IconBuildingStore,
  IconClock,
  IconHeart,
  IconMapPin,
  IconPackage,
  IconPackageOff,
  IconPackages,
  IconRefresh,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Section } from "../common/Section";

const LOOKS: Record<OfferReason, ["done" | "waiting" | "person", Icon]> = {
  preferred: ["done", IconHeart],
  all_in_stock: ["done", IconPackage],
  substitute_in_stock: ["done", IconPackages],
  part_in_stock: ["waiting", IconPackage],
  nothing_in_stock: ["person", IconPackageOff],
  open_now: ["waiting", IconBuildingStore],
  closed: ["person", IconClock],
  beyond_radius: ["person", IconMapPin],
  declined_before: ["person", IconRefresh],
};

/** Why a pharmacy stands where it stands. */
export function OfferChips({ why }: { why: OfferWhy }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <Group gap={6} data-testid="offer-why">
      {why.reasons.map((reason) => {
        const [meaning, icon] = LOOKS[reason];
        return (
          <StatusChip key={reason} meaning={meaning} icon={icon}>
            {t(`pharmacies.offers.reason.${reason}`)}
            {reason === "closed" &&
              why.opens_at &&
              ` · ${t("pharmacies.offers.opens", { time: formats.dateTime(why.opens_at) })}`}
          </StatusChip>
        );
      })}
      {why.metres !== undefined && (
        <StatusChip meaning="waiting" icon={IconMapPin}>
          {t("pharmacies.offers.distance", { km: (why.metres / 1000).toFixed(1) })}
        </StatusChip>
      )}
    </Group>
  );
}

/** The whole list, and when the next ones are asked. */
export function OfferList({ offers }: { offers: Offers }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <Section title={t("pharmacies.offers.title")}>
      <Stack gap="xs" data-testid="offers">
        {offers.offers.map((offer) => (
          <div key={offer.pharmacy_name}>
            <Text fw={600} component="span">
              {offer.pharmacy_name}
            </Text>{" "}
            <Text size="sm" c="dimmed" component="span">
              {offer.offered_at
                ? t("pharmacies.offers.since", { time: formats.dateTime(offer.offered_at) })
                : t("pharmacies.offers.waits")}
            </Text>
            <OfferChips why={offer.why} />
          </div>
        ))}
        {offers.next_at && (
          <Text size="sm" c="dimmed">
            {t("pharmacies.offers.next", { time: formats.dateTime(offers.next_at) })}
          </Text>
        )}
      </Stack>
    </Section>
  );
}
