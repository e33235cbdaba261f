import type { Favourite, NewFavourite, Prescription, PrescriptionItem, Resident } from "@yunzhen/client";
import {
  Banner,
  PrescriptionChip,
  ProblemAlert,
  Skeletons,
  useAction,
  useFormats,
  useNames,
  useUnit,
} from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconHistory, IconStar, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";
import { drugName } from "./DrugSearch";
import { EndReason } from "./EndReason";
import { isEnded } from "./withdrawal";
import classes from "./prescriptions.module.css";

/** Lines to take into the draft: what the specialist keeps, and what this resident had before. */
export function Favourites({
  resident,
  onUse,
}: {
  resident: Resident | undefined;
  onUse: (items: readonly PrescriptionItem[]) => void;
}) {
  const { t } = useTranslation("app");
  const [kept, keptSheet] = useDisclosure(false);
  const [earlier, earlierSheet] = useDisclosure(false);
  const use = (items: readonly PrescriptionItem[]) => {
    keptSheet.close();
    earlierSheet.close();
    onUse(items);
  };
  return (
    <Group gap="xs">
      <Button variant="default" size="xs" leftSection={<IconStar size={16} aria-hidden />} onClick={keptSheet.open}>
        {t("prescribing.favourite.open")}
      </Button>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconHistory size={16} aria-hidden />}
        onClick={earlierSheet.open}
        disabled={!resident}
      >
        {t("prescribing.repeat.open")}
      </Button>
      <Modal
        opened={kept}
        onClose={keptSheet.close}
        title={t("prescribing.favourite.title")}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        <Kept onUse={use} />
      </Modal>
      <Modal
        opened={earlier}
        onClose={earlierSheet.close}
        title={t("prescribing.repeat.title")}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        {resident && <Earlier resident={resident} onUse={use} />}
      </Modal>
    </Group>
  );
}

function Kept({ onUse }: { onUse: (items: readonly PrescriptionItem[]) => void }) {
  const { t, i18n } = useTranslation("app");
  const unitWord = useUnit();
  const queryClient = useQueryClient();
  const query = useQuery({ queryKey: keys.favourites, queryFn: () => api.favourites.list() });
  const remove = useAction((favourite: Favourite, key) => api.favourites.delete(favourite.id, key), {
    onSuccess: (_, favourite) => {
      void queryClient.invalidateQueries({ queryKey: keys.favourites });
      notifications.show({ message: t("prescribing.favourite.deleted", { name: favourite.name }) });
    },
  });
  if (query.isPending) return <Skeletons shape="rows" count={2} />;
  if (!query.data) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.items.length === 0) return <Text c="dimmed">{t("prescribing.favourite.none")}</Text>;
  return (
    <>
      {remove.isError && <ProblemAlert error={remove.error} />}
      <ul className={classes.choices} data-testid="favourites">
        {query.data.items.map((favourite) => (
          <li key={favourite.id}>
            <div>
              <Text fw={600}>{favourite.name}</Text>
              <Text size="sm" c="dimmed">
                {favourite.items
                  .map((item) => `${drugName(item.drug, i18n.language)} ${item.dose} ${unitWord(item.dose_unit)}`)
                  .join(t("shared:separator"))}
              </Text>
              {favourite.unknown > 0 && (
                <Text size="sm" c="var(--yz-person-text)">
                  {t("prescribing.favourite.unknown", { count: favourite.unknown })}
                </Text>
              )}
            </div>
            <Group gap={4} wrap="nowrap">
              <Button size="xs" disabled={favourite.items.length === 0} onClick={() => onUse(favourite.items)}>
                {t("prescribing.favourite.use")}
              </Button>
              <ActionIcon
                aria-label={t("prescribing.favourite.delete", { name: favourite.name })}
                loading={remove.isPending && remove.variables?.id === favourite.id}
                onClick={() => remove.mutate(favourite)}
              >
                <IconTrash size={18} />
              </ActionIcon>
            </Group>
          </li>
        ))}
      </ul>
    </>
  );
}

function Earlier({ resident, onUse }: { resident: Resident; onUse: (items: readonly PrescriptionItem[]) => void }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const formats = useFormats();
  const [ended, setEnded] = useState<Prescription>();
  const read = useAction(async (id: string) => api.prescriptions.get(id), {
    onSuccess: (prescription) => (isEnded(prescription.state) ? setEnded(prescription) : onUse(prescription.items)),
  });
  if (ended) return <Ended prescription={ended} onUse={() => onUse(ended.items)} onBack={() => setEnded(undefined)} />;
  const signed = resident.prescriptions.filter((p) => p.signed_at !== undefined);
  if (signed.length === 0) return <Text c="dimmed">{t("prescribing.repeat.none")}</Text>;
  return (
    <>
      {read.isError && <ProblemAlert error={read.error} />}
      <ul className={classes.choices} data-testid="earlier">
        {signed.map((p) => (
          <li key={p.id}>
            <div>
              <Text fw={500}>{names.drugs(p)}</Text>
              <PrescriptionChip state={p.state} />
              <Text size="sm" c="dimmed">
                {p.signed_at && formats.dateTime(p.signed_at)} · {p.specialist_name} · {names.diagnosis(p)}
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              loading={read.isPending && read.variables === p.id}
              onClick={() => read.mutate(p.id)}
            >
              {t("prescribing.repeat.use")}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Why it was refused or taken back is read before it is written again. */
function Ended({ prescription, onUse, onBack }: { prescription: Prescription; onUse: () => void; onBack: () => void }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const rejected = prescription.state === "rejected";
  return (
    <Stack data-testid="repeat-ended">
      <Banner meaning="danger" title={t(rejected ? "prescribing.repeat.rejected" : "prescribing.repeat.withdrawn")}>
        <EndReason prescription={prescription} />
      </Banner>
      <Text>
        {t("prescribing.repeat.sure", {
          what: prescription.items.map(({ drug }) => names.name(drug)).join(t("shared:separator")),
        })}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack} autoFocus>
          {t("prescribing.repeat.back")}
        </Button>
        <Button onClick={onUse}>{t("prescribing.repeat.useAnyway")}</Button>
      </Group>
    </Stack>
  );
}

/** Gives what is kept its name. */
export function KeepSheet({ favourite, onClose }: { favourite: Omit<NewFavourite, "name">; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const keep = useAction((named: string, key) => api.favourites.save({ ...favourite, name: named }, key), {
    onSuccess: (kept) => {
      void queryClient.invalidateQueries({ queryKey: keys.favourites });
      notifications.show({ message: t("prescribing.favourite.saved", { name: kept.name }), color: "green" });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") keep.mutate(name.trim());
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("prescribing.favourite.saveTitle")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("prescribing.favourite.name")}
            description={t("prescribing.favourite.nameHint")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={problemAt(keep.error, "name")}
            maxLength={40}
            data-autofocus
          />
          {keep.isError && !toldAt(keep.error, ["name"]) && <ProblemAlert error={keep.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" disabled={name.trim() === ""} loading={keep.isPending}>
              {t("prescribing.favourite.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
