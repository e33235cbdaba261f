import type { OfferedPrescription } from "@yunzhen/client";
import { EmptyState, PrescriptionChip, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconSend } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { More } from "../common/More";
import page from "../common/Page.module.css";
import { OfferChips } from "./Offers";

type Offer = OfferedPrescription["offers"][number];

/** Which pharmacy was asked for what came into the pool, why it stood there and what it answered. Neither for whom nor of what. */
export function OffersPanel() {
  const { t } = useTranslation("app");
  const asked = useInfiniteQuery({
    queryKey: ["prescriptions", "offers"],
    queryFn: ({ pageParam }) => api.pharmacies.offers(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = asked.data?.pages.flatMap((part) => part.items) ?? [];
  return (
    <section aria-labelledby="offers-title">
      <Title order={2} fz={18} mt="xl" id="offers-title">
        {t("pharmacies.asked.title")}
      </Title>
      <Text c="dimmed" mb="sm">
        {t("pharmacies.asked.lead")}
      </Text>
      {asked.isPending && <Skeletons shape="rows" />}
      {asked.isError && <ProblemAlert error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isSuccess && items.length === 0 && (
        <EmptyState icon={IconSend} level={3} title={t("pharmacies.asked.empty")} />
      )}
      <Stack gap="sm">
        {items.map((one) => (
          <Asked key={one.id} one={one} />
        ))}
      </Stack>
      <More list={asked} />
    </section>
  );
}

function Asked({ one }: { one: OfferedPrescription }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <article className={page.surface} style={{ padding: 16 }} data-testid={`asked-${one.id}`}>
      <Group gap="sm" mb="xs">
        <Text fw={600}>{one.home_name}</Text>
        <Text size="sm" c="dimmed">
          {t("pharmacies.asked.approved", { time: formats.dateTime(one.approved_at) })}
        </Text>
        <PrescriptionChip state={one.state} />
      </Group>
      {one.offers.length === 0 && <Text c="dimmed">{t("pharmacies.asked.nobody")}</Text>}
      <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: "none" }}>
        {one.offers.map((offer) => (
          <li key={offer.pharmacy_name}>
            <Group gap="xs" mb={4}>
              <Text fw={600} component="span">
                {t("pharmacies.asked.rank", { rank: offer.rank, name: offer.pharmacy_name })}
              </Text>
              {/* Whoever answered was asked; the places were drawn anew since, and in the new order its turn has not come. */}
              {(offer.offered_at !== undefined || !offer.answer) && (
                <Text size="sm" c="dimmed" component="span">
                  {offer.offered_at
                    ? t("pharmacies.asked.askedAt", { time: formats.dateTime(offer.offered_at) })
                    : t("pharmacies.offers.waits")}
                </Text>
              )}
              <Answer offer={offer} />
            </Group>
            {offer.answer?.declined_words && (
              <Text size="sm" mb={4}>
                {t("shared:parcel.filling.pharmacyWrote", { words: offer.answer.declined_words })}
              </Text>
            )}
            <OfferChips why={offer.why} />
          </li>
        ))}
      </Stack>
      {one.next_at && (
        <Text size="sm" c="dimmed" mt="xs">
          {t("pharmacies.offers.next", { time: formats.dateTime(one.next_at) })}
        </Text>
      )}
    </article>
  );
}

function Answer({ offer }: { offer: Offer }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { answer } = offer;
  if (!answer) return null;
  const time = formats.dateTime(answer.at);
  return answer.accepted ? (
    <StatusChip meaning="done" icon={IconCheck}>
      {t("pharmacies.asked.accepted", { time })}
    </StatusChip>
  ) : (
    <StatusChip meaning="person" icon={IconArrowBackUp}>
      {t("pharmacies.asked.declined", { time, why: t(`shared:parcel.filling.declined.${answer.declined ?? "other"}`) })}
    </StatusChip>
  );
}
