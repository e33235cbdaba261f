import type { InitialPassword, NewAccount, Role } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";
import { accountOf, fieldsOf, isMissing, OPTIONAL, ROLES, type Typed } from "./new-staff";

const EMPTY: Typed = {
  username: "",
  name: "",
  title: "",
  home_id: "",
  pharmacy_id: "",
  hospital: "",
  licence: "",
  practising_since: "",
  specialty: "",
  licence_valid_until: "",
};

/** Another account, with what its role needs. */
export function NewStaffSheet(props: { onMade: (made: InitialPassword) => void; onClose: () => void }) {
  const { t } = useTranslation("app");
  const [role, setRole] = useState<Role>("nurse");
  const [typed, setTyped] = useState(EMPTY);
  const homes = useQuery({ queryKey: keys.homes, queryFn: () => api.homes.list() });
  const pharmacies = useQuery({ queryKey: ["pharmacies"], queryFn: () => api.pharmacies.list() });
  const make = useAction((account: NewAccount, key) => api.staffAccounts.create(account, key), {
    onSuccess: props.onMade,
  });
  const fields = fieldsOf(role);
  const set = (field: keyof Typed, value: string) => setTyped((before) => ({ ...before, [field]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(accountOf(role, typed));
  };
  // The relay names the first thing that is missing; whoever is asked for one is asked for all.
  const problem = (field: keyof Typed) =>
    problemAt(make.error, field) ??
    (make.isError && isMissing(role, typed, field) ? t("passwords.accounts.missing") : undefined);
  const text = (field: keyof Typed, label: string, type = "text", description?: string) =>
    fields.includes(field) && (
      <TextInput
        type={type}
        label={label}
        description={description}
        value={typed[field]}
        onChange={(event) => set(field, event.currentTarget.value)}
        error={problem(field)}
        autoComplete="off"
        required={!OPTIONAL.includes(field)}
      />
    );
  const choice = (field: "home_id" | "pharmacy_id", label: string, of: readonly { id: string; name: string }[]) =>
    fields.includes(field) && (
      <Select
        label={label}
        data={of.map(({ id, name }) => ({ value: id, label: name }))}
        value={typed[field] || null}
        onChange={(value) => set(field, value ?? "")}
        error={problem(field)}
        searchable
        required
      />
    );
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("passwords.accounts.addTitle")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("passwords.accounts.addLead")}</Text>
          <Select
            label={t("passwords.accounts.role")}
            data={ROLES.map((value) => ({ value, label: t(`shared:role.${value}`) }))}
            value={role}
            onChange={(value) => {
              if (!value) return;
              setRole(value as Role);
              // What was missing was missing for the role before.
              make.reset();
            }}
            allowDeselect={false}
            error={problemAt(make.error, "role")}
          />
          {text("username", t("passwords.accounts.username"))}
          {text("name", t("passwords.accounts.name"))}
          {text("title", t("passwords.accounts.jobTitle"))}
          {choice("home_id", t("passwords.accounts.home"), homes.data?.items ?? [])}
          {choice("pharmacy_id", t("passwords.accounts.pharmacy"), pharmacies.data?.items ?? [])}
          {text("hospital", t("passwords.accounts.hospital"))}
          {text("licence", t("passwords.accounts.licence"))}
          {text("specialty", t("passwords.accounts.specialty"), "text", t("passwords.accounts.specialtyHint"))}
          {text("licence_valid_until", t("passwords.accounts.validUntil"), "date", t("passwords.accounts.validHint"))}
          {text("practising_since", t("passwords.accounts.practisingSince"), "date")}
          {make.isError && !toldAt(make.error, ["role", ...fields]) && <ProblemAlert error={make.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={make.isPending}>
              {t("passwords.accounts.make")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
