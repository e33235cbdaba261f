import type { ResidentIdentity, TransferBody } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";

/** Moves one resident to another home: the old one closes, the new one opens, both are told. */
export function TransferSheet({
  resident,
  onMoved,
  onClose,
}: {
  resident: ResidentIdentity;
  /** Told in words where the resident lives now. */
  onMoved?: (words: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const homes = useQuery({ queryKey: ["homes"], queryFn: () => api.homes.list() });
  const [home, setHome] = useState<string | null>(null);
  const [bed, setBed] = useState("");
  const [tried, setTried] = useState(false);
  const transfer = useAction((input: TransferBody, key) => api.placement.transfer(resident.id, input, key), {
    onSuccess: ({ name, bed: newBed, home_id }) => {
      void queries.invalidateQueries({ queryKey: ["duplicates"] });
      void queries.invalidateQueries({ queryKey: ["residents"] });
      const where = homes.data?.items.find((one) => one.id === home_id)?.name ?? "";
      onMoved?.(t("homes.transfer.moved", { name, home: where, bed: newBed }));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (home !== null && bed.trim() !== "")
      transfer.mutate({ version: resident.version, home_id: home, bed: bed.trim() });
  };
  const missing = (empty: boolean, path: string): string | undefined =>
    tried && empty ? t("homes.transfer.required") : problemAt(transfer.error, path);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("homes.transfer.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("homes.transfer.lead", { name: resident.name, home: resident.home_name, bed: resident.bed })}</Text>
          {homes.isError && <ProblemAlert error={homes.error} onRetry={() => void homes.refetch()} />}
          <Select
            label={t("homes.transfer.home")}
            placeholder={t("homes.transfer.choose")}
            data={(homes.data?.items ?? [])
              .filter((one) => one.id !== resident.home_id)
              .map((one) => ({ value: one.id, label: one.name }))}
            value={home}
            onChange={setHome}
            error={missing(home === null, "home_id")}
            searchable
            openOnFocus={false}
            required
            data-autofocus
          />
          <TextInput
            label={t("homes.transfer.bed")}
            value={bed}
            onChange={(event) => setBed(event.currentTarget.value)}
            error={missing(bed.trim() === "", "bed")}
            maxLength={20}
            required
          />
          {transfer.isError && !toldAt(transfer.error, ["home_id", "bed"]) && <ProblemAlert error={transfer.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={transfer.isPending}>
              {t("homes.transfer.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
