import type { LegalHold } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";

/** Lifting a hold may end a record within the hour, so it is asked for once more. */
export function LiftSheet({ hold, onClose }: { hold: LegalHold; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const lift = useAction((version: number, key) => api.retention.release(hold.id, version, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["legal-holds"] });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("retention.lift.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text fw={600}>
          {hold.resident_name} · {hold.home_name}
        </Text>
        <Text>{t("retention.lift.body")}</Text>
        {lift.isError && <ProblemAlert error={lift.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button color="red" loading={lift.isPending} onClick={() => lift.mutate(hold.version)}>
            {t("retention.lift.confirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
