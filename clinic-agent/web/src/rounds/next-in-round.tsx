import { Button, Drawer, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowRight, IconHeartbeat } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Banner, StatusChip, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { VitalsEntry } from "../visit/vitals-entry";
import { LateChip } from "./late-chip";
import { inRound, isMeasured } from "./running-order";
import { useRoundsOfToday } from "./use-rounds";

/** In the call of a round: who comes next, and that resident's vital signs, entered while the present one is seen. */
export function NextInRound({ consultationId }: { consultationId: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const queries = useQueryClient();
  const rounds = useRoundsOfToday();
  const [open, entry] = useDisclosure(false);
  const place = inRound(rounds.data?.items ?? [], consultationId);
  if (!place?.next) return null;
  const { next } = place;
  const { resident } = next.consultation;
  const measured = isMeasured(next, formats.zone);
  return (
    <div className="nurse-next" data-testid="next-in-round">
      <strong>{t("app:rounds.nextUp", resident)}</strong>
      <span>{t("app:rounds.nextExpected", { time: formats.time(next.expected_at) })}</span>
      <LateChip minutes={next.late_minutes} />
      <StatusChip meaning={measured ? "done" : "person"}>
        {measured && next.vital_signs_at
          ? t("app:rounds.measured", { time: formats.time(next.vital_signs_at) })
          : t("app:rounds.notMeasured")}
      </StatusChip>
      <Button variant="default" size="lg" ml="auto" leftSection={<IconHeartbeat aria-hidden />} onClick={entry.open}>
        {t("app:rounds.vitals")}
      </Button>
      <Drawer
        opened={open}
        onClose={entry.close}
        position="right"
        size={640}
        overlayProps={{ backgroundOpacity: 0.1 }}
        title={t("app:rounds.vitalsFor", resident)}
        keepMounted={false}
      >
        <Banner meaning="person">{t("app:rounds.vitalsFor", resident)}</Banner>
        <VitalsEntry
          residentId={resident.id}
          onSaved={() => {
            entry.close();
            void queries.invalidateQueries({ queryKey: ["rounds"] });
          }}
        />
      </Drawer>
    </div>
  );
}

/** After the call of a round: on to the next resident, or back to the round. */
export function OnInRound({ consultationId }: { consultationId: string }) {
  const { t } = useTranslation();
  const rounds = useRoundsOfToday();
  const place = inRound(rounds.data?.items ?? [], consultationId);
  if (!place) return null;
  return (
    <Group gap="sm">
      <Button component={Link} to={`/rounds/${place.round.id}`} variant="default" size="xl">
        {t("app:rounds.toRound")}
      </Button>
      {place.next && (
        <Button
          component={Link}
          to={`/consultations/${place.next.consultation.id}`}
          variant="default"
          size="xl"
          rightSection={<IconArrowRight aria-hidden />}
        >
          {t("app:rounds.toNext")} · {t("bed", { bed: place.next.consultation.resident.bed })}
        </Button>
      )}
    </Group>
  );
}
