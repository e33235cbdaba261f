import type { Prescription } from "@yunzhen/client";
import { useNames } from "@yunzhen/client/ui";
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Person } from "../common/Person";

/** Whose it is and what for, wherever it stands outside of the visit: before it is answered for, withdrawn or written again. */
export function WhosePrescription({ prescription, toRecord }: { prescription: Prescription; toRecord?: boolean }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const { resident, diagnosis } = prescription;
  return (
    <Stack gap={4} mb="sm" data-testid="whose">
      <Group justify="space-between" gap="sm">
        <Person person={resident} />
        {toRecord && (
          <Anchor component={Link} to={`/residents/${resident.id}`} size="sm">
            {t("prescribing.whose.record")}
          </Anchor>
        )}
      </Group>
      <Text size="sm">
        {t("prescribing.whose.diagnosis", { what: `${names.diagnosis(diagnosis)} ${diagnosis.code}` })}
      </Text>
    </Stack>
  );
}
