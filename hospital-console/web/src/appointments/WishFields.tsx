import type { Urgency } from "@yunzhen/client";
import { Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { fieldError } from "../common/fields";

/** Times as the inputs have them. */
export interface Wish {
  urgency: Urgency;
  notBefore: string;
  notAfter: string;
}

/** Between when a time is wanted, and how urgently. */
export function WishFields({ wish, onChange, error }: { wish: Wish; onChange: (wish: Wish) => void; error: unknown }) {
  const { t } = useTranslation("app");
  return (
    <>
      <Text size="sm">{t("appointments.waitlist.hint")}</Text>
      <Group grow align="flex-start">
        <TextInput
          type="datetime-local"
          label={t("appointments.waitlist.notBefore")}
          value={wish.notBefore}
          onChange={(event) => onChange({ ...wish, notBefore: event.currentTarget.value })}
          error={fieldError(error, "not_before")}
        />
        <TextInput
          type="datetime-local"
          label={t("appointments.waitlist.notAfter")}
          value={wish.notAfter}
          onChange={(event) => onChange({ ...wish, notAfter: event.currentTarget.value })}
          error={fieldError(error, "not_after")}
        />
      </Group>
      <SegmentedControl
        aria-label={t("appointments.urgency")}
        value={wish.urgency}
        onChange={(value) => onChange({ ...wish, urgency: value as Urgency })}
        data={[
          { value: "routine", label: t("shared:urgency.routine") },
          { value: "urgent", label: t("shared:urgency.urgent") },
        ]}
      />
    </>
  );
}
