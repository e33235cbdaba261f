import type { Home } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import { PlaceFields, placeFits, placeOf, type Degrees } from "../pharmacies/PlaceFields";

/** Where a home is and which pharmacy it prefers. Guarded by its version: a retry after a lost answer is refused, not doubled. */
export function PlaceSheet({ home, onClose }: { home: Home; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [place, setPlace] = useState<[Degrees, Degrees]>([home.latitude, home.longitude]);
  const [preferred, setPreferred] = useState<string | null>(home.preferred_pharmacy_id ?? null);
  const pharmacies = useQuery({ queryKey: ["pharmacies"], queryFn: () => api.pharmacies.list() });
  const set = useAction(
    (version: number, key) =>
      api.placement.setPlace(
        home.id,
        { version, ...placeOf(...place), ...(preferred === null ? {} : { preferred_pharmacy_id: preferred }) },
        key,
      ),
    {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["homes"] });
        onClose();
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (placeFits(...place)) set.mutate(home.version);
  };
  return (
    <Modal opened onClose={onClose} title={t("homes.place.title")} closeButtonProps={{ "aria-label": t("app.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("homes.place.lead", { home: home.name })}</Text>
          <PlaceFields
            latitude={place[0]}
            longitude={place[1]}
            onChange={(latitude, longitude) => setPlace([latitude, longitude])}
            error={set.error}
          />
          {pharmacies.isPending && <Skeletons shape="rows" count={1} />}
          {pharmacies.isError && <ProblemAlert error={pharmacies.error} onRetry={() => void pharmacies.refetch()} />}
          {pharmacies.data && (
            <Select
              label={t("homes.place.preferred")}
              description={t("homes.place.preferredHint")}
              placeholder={t("homes.place.none")}
              data={pharmacies.data.items.map((one) => ({ value: one.id, label: one.name }))}
              value={preferred}
              onChange={setPreferred}
              error={problemAt(set.error, "preferred_pharmacy_id")}
              clearable
              clearButtonProps={{ "aria-label": t("homes.place.clear") }}
            />
          )}
          {set.isError && !toldAt(set.error, ["latitude", "longitude", "preferred_pharmacy_id"]) && (
            <ProblemAlert error={set.error} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={set.isPending} disabled={!pharmacies.data || !placeFits(...place)}>
              {t("homes.place.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
