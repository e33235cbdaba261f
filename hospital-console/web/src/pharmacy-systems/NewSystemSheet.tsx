import type { PharmacyRef } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import type { Secret } from "./SecretSheet";

/** For which pharmacy, and what the system is called. */
export function NewSystemSheet({
  pharmacies,
  onClose,
  onMade,
}: {
  pharmacies: PharmacyRef[];
  onClose: () => void;
  onMade: (secret: Secret) => void;
}) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [pharmacyId, setPharmacyId] = useState<string | null>(
    pharmacies.length === 1 ? (pharmacies[0]?.id ?? null) : null,
  );
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const make = useAction((input: { pharmacy_id: string; name: string }, key) => api.pharmacySystems.make(input, key), {
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["pharmacy-systems"] });
      onMade({ kind: "credential", value: made.credential });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (pharmacyId !== null && name.trim() !== "") make.mutate({ pharmacy_id: pharmacyId, name: name.trim() });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("pharmacySystems.sheet.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Select
            label={t("pharmacySystems.sheet.pharmacy")}
            data={pharmacies.map((one) => ({ value: one.id, label: one.name }))}
            value={pharmacyId}
            onChange={setPharmacyId}
            error={
              tried && pharmacyId === null
                ? t("pharmacySystems.sheet.pharmacyRequired")
                : problemAt(make.error, "pharmacy_id")
            }
            required
          />
          <TextInput
            label={t("pharmacySystems.sheet.name")}
            description={t("pharmacySystems.sheet.nameHint")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={
              tried && name.trim() === "" ? t("pharmacySystems.sheet.nameRequired") : problemAt(make.error, "name")
            }
            maxLength={60}
            required
          />
          {make.isError && !toldAt(make.error, ["pharmacy_id", "name"]) && <ProblemAlert error={make.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={make.isPending}>
              {t("pharmacySystems.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
