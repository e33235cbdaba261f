import type { Shift } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";

/** Takes one turn back; said twice because urgent calls follow the roster. */
export function RemoveSheet({ shift, onClose }: { shift: Shift; onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const remove = useAction((_: void, key) => api.schedule.removeDuty(shift.id, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["schedule"] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("duty.remove.title")} closeButtonProps={{ "aria-label": t("app.close") }}>
      <Stack>
        <Text>
          {t("duty.remove.lead", {
            name: shift.specialist.name,
            line: shift.line,
            from: formats.dateTime(shift.starts_at),
            until: formats.dateTime(shift.ends_at),
          })}
        </Text>
        <Text c="dimmed">{t("duty.remove.hint")}</Text>
        {remove.isError && <ProblemAlert error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("duty.remove.confirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
