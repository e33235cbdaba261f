import type { PracticeUpdate, Staff } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { dateOf } from "../common/dates";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";

/** Since when a specialist has practised: without it on record nobody is seen remotely. */
export function PracticeSheet({ staff, onClose }: { staff: Staff; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [since, setSince] = useState(staff.practising_since ?? "");
  const record = useAction((update: PracticeUpdate, key) => api.administration.recordPractice(staff.id, update, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.staff });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    record.mutate({ version: staff.version, practising_since: since });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("administration.staff.practice.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("administration.staff.practice.lead", { name: staff.name })}</Text>
          <TextInput
            type="date"
            label={t("administration.staff.practice.label")}
            value={since}
            max={dateOf(Date.now())}
            onChange={(event) => setSince(event.currentTarget.value)}
            error={problemAt(record.error, "practising_since")}
            data-autofocus
          />
          {record.isError && !toldAt(record.error, ["practising_since"]) && <ProblemAlert error={record.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button
              type="submit"
              loading={record.isPending}
              disabled={since === "" || since === staff.practising_since}
            >
              {t("administration.staff.practice.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
