import { Button, Switch, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Contact } from "@yunzhen/client";
import { useTranslation } from "react-i18next";
import { NO_CONTACT } from "./draft";
import { replaced, useForm } from "./form-state";

/** The family, and who decides where the resident cannot. */
export function PeopleFields() {
  const { t } = useTranslation();
  const { draft, set, error } = useForm();
  return (
    <>
      <fieldset className="nurse-lines">
        <legend>{t("app:residents.field.contacts")}</legend>
        {draft.contacts.map((contact, at) => (
          <div className="nurse-line" key={at}>
            <ContactFields
              contact={contact}
              path={`contacts[${at}]`}
              onChange={(next) => set({ contacts: replaced(draft.contacts, at, next) })}
            />
            <Button
              variant="subtle"
              color="red"
              leftSection={<IconTrash aria-hidden />}
              aria-label={t("app:residents.form.removeLine", {
                what: contact.name || t("app:residents.field.contact"),
              })}
              onClick={() => set({ contacts: replaced(draft.contacts, at, undefined) })}
            >
              {t("app:residents.form.remove")}
            </Button>
          </div>
        ))}
        {error("contacts") && <p className="nurse-line-error">{error("contacts")}</p>}
        <Button
          variant="default"
          leftSection={<IconPlus aria-hidden />}
          onClick={() => set({ contacts: [...draft.contacts, NO_CONTACT] })}
        >
          {t("app:residents.form.addContact")}
        </Button>
      </fieldset>
      <fieldset className="nurse-lines">
        <legend>{t("app:residents.field.surrogate")}</legend>
        <Switch
          size="lg"
          className="nurse-switch"
          label={t("app:residents.form.hasSurrogate")}
          checked={draft.surrogate !== undefined}
          onChange={(event) => set({ surrogate: event.currentTarget.checked ? NO_CONTACT : undefined })}
        />
        {draft.surrogate && (
          <div className="nurse-line">
            <ContactFields contact={draft.surrogate} path="surrogate" onChange={(surrogate) => set({ surrogate })} />
          </div>
        )}
      </fieldset>
    </>
  );
}

function ContactFields({
  contact,
  path,
  onChange,
}: {
  contact: Contact;
  path: string;
  onChange: (contact: Contact) => void;
}) {
  const { t } = useTranslation();
  const { error } = useForm();
  const field = (name: keyof Contact, mode: "text" | "tel", most: number) => (
    <TextInput
      label={t(`app:residents.field.contact_${name}`)}
      required
      inputMode={mode}
      maxLength={most}
      autoComplete="off"
      value={contact[name]}
      onChange={(event) => onChange({ ...contact, [name]: event.currentTarget.value })}
      error={error(`${path}.${name}`)}
    />
  );
  return (
    <>
      {field("name", "text", 50)}
      {field("relation", "text", 20)}
      {field("phone", "tel", 20)}
    </>
  );
}
