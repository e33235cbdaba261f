import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";

/** The list is asked for again when nobody has typed for this long. */
const TYPING_MS = 250;

/** Whose record is held, and on what ground. */
export function HoldSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [residentId, setResidentId] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const found = useQuery({
    queryKey: ["residents", "identities", q, ""],
    queryFn: () => api.placement.identities({ q: q || undefined }),
    placeholderData: keepPreviousData,
  });
  const place = useAction((input: { resident_id: string; reason: string }, key) => api.retention.hold(input, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["legal-holds"] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (residentId !== null && reason.trim() !== "") place.mutate({ resident_id: residentId, reason: reason.trim() });
  };
  const residents = (found.data?.items ?? []).map((one) => ({
    value: one.id,
    label: `${one.name} · ${one.home_name} ${one.bed} · ${one.id_number_masked}`,
  }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("retention.sheet.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Select
            label={t("retention.sheet.resident")}
            description={t("retention.sheet.residentHint")}
            data={residents}
            value={residentId}
            onChange={setResidentId}
            searchable
            onSearchChange={setTyped}
            // The relay has searched already: by pinyin and bed as well.
            filter={({ options }) => options}
            nothingFoundMessage={t("retention.sheet.noResident")}
            error={
              tried && residentId === null
                ? t("retention.sheet.residentRequired")
                : problemAt(place.error, "resident_id")
            }
            required
          />
          <Textarea
            label={t("retention.sheet.reason")}
            description={t("retention.sheet.reasonHint")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={
              tried && reason.trim() === "" ? t("retention.sheet.reasonRequired") : problemAt(place.error, "reason")
            }
            maxLength={500}
            autosize
            minRows={2}
            required
          />
          {found.isError && <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />}
          {place.isError && !toldAt(place.error, ["resident_id", "reason"]) && <ProblemAlert error={place.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={place.isPending}>
              {t("retention.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
