import type { Home } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import { ZoneSelect } from "../common/ZoneSelect";

/** The clock on the wall of a home. Guarded by its version: a retry after a lost answer is refused, not doubled. */
export function ZoneSheet({ home, onClose }: { home: Home; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [zone, setZone] = useState(home.zone);
  const set = useAction(
    (chosen: string, key) => api.placement.setZone(home.id, { version: home.version, zone: chosen }, key),
    {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["homes"] });
        onClose();
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(zone);
  };
  return (
    <Modal opened onClose={onClose} title={t("homes.zone.title")} closeButtonProps={{ "aria-label": t("app.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("homes.zone.lead", { home: home.name })}</Text>
          <ZoneSelect
            label={t("homes.zone.label")}
            description={t("homes.zone.hint")}
            value={zone}
            onChange={setZone}
            error={problemAt(set.error, "zone")}
            data-autofocus
          />
          {set.isError && !toldAt(set.error, ["zone"]) && <ProblemAlert error={set.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={set.isPending} disabled={zone === home.zone}>
              {t("homes.zone.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
