import { numberProblem, type NumberRule, type Pharmacy } from "@yunzhen/client";
import { ProblemAlert, useAction, NumberField } from "@yunzhen/client/ui";
import { Button, Group, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import { WEEKDAYS } from "../common/dates";
import { ZoneSelect } from "../common/ZoneSelect";
import { dayAndNight, hoursOf, linesOf } from "./hours";
import { PlaceFields, placeFits, placeOf, type Degrees } from "./PlaceFields";

/** From a metre to as far as the relay takes. */
const KM: NumberRule = { min: 0.001, max: 1000, decimals: 3 };

/** What prescriptions are offered by. Guarded by its version: a retry after a lost answer is refused, not doubled. */
export function FactsSheet({ pharmacy, onClose }: { pharmacy: Pharmacy; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [place, setPlace] = useState<[Degrees, Degrees]>([pharmacy.latitude, pharmacy.longitude]);
  const [km, setKm] = useState<Degrees>(
    pharmacy.radius_metres === undefined ? undefined : pharmacy.radius_metres / 1000,
  );
  const [zone, setZone] = useState(pharmacy.zone);
  const [lines, setLines] = useState(() => linesOf(pharmacy.hours));
  const hours = WEEKDAYS.map((weekday) => hoursOf(weekday, lines[weekday]));
  const readable =
    hours.every((day) => day !== undefined) && placeFits(...place) && numberProblem(km, KM) === undefined;
  const set = useAction(
    (version: number, key) =>
      api.pharmacies.setFacts(
        pharmacy.id,
        {
          version,
          zone,
          hours: hours.flatMap((day) => day ?? []),
          ...placeOf(...place),
          ...(km === undefined ? {} : { radius_metres: Math.round(km * 1000) }),
        },
        key,
      ),
    {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["pharmacies"] });
        onClose();
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (readable) set.mutate(pharmacy.version);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("pharmacies.sheet.title", { name: pharmacy.name })}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("pharmacies.sheet.lead")}</Text>
          <PlaceFields
            latitude={place[0]}
            longitude={place[1]}
            onChange={(latitude, longitude) => setPlace([latitude, longitude])}
            error={set.error}
          />
          <Group grow align="flex-start">
            <NumberField
              label={t("pharmacies.sheet.radius")}
              description={t("pharmacies.sheet.radiusHint")}
              value={km}
              onChange={setKm}
              rule={KM}
              error={problemAt(set.error, "radius_metres")}
              hideControls
            />
            <ZoneSelect
              label={t("pharmacies.sheet.zone")}
              description={t("pharmacies.sheet.zoneHint")}
              value={zone}
              onChange={setZone}
              error={problemAt(set.error, "zone")}
            />
          </Group>
          <Group justify="space-between">
            <Text fw={600}>{t("pharmacies.sheet.hours")}</Text>
            <Button variant="default" onClick={() => setLines(dayAndNight())}>
              {t("pharmacies.sheet.always")}
            </Button>
          </Group>
          <Text size="sm" c="dimmed">
            {t("pharmacies.sheet.hoursHint")}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {WEEKDAYS.map((weekday, index) => (
              <TextInput
                key={weekday}
                label={t(`pharmacies.weekday.${weekday}`)}
                value={lines[weekday]}
                onChange={(event) => setLines({ ...lines, [weekday]: event.currentTarget.value })}
                error={hours[index] === undefined && t("pharmacies.sheet.wrong")}
              />
            ))}
          </SimpleGrid>
          {set.isError && !toldAt(set.error, ["latitude", "longitude", "radius_metres", "zone"]) && (
            <ProblemAlert error={set.error} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={set.isPending} disabled={!readable}>
              {t("pharmacies.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
