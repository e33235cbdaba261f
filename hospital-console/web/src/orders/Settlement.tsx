import type { Discrepancy, DiscrepancyResolution } from "@yunzhen/client";
import { DiscrepancyView, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";

const HOW: readonly DiscrepancyResolution[] = ["resent", "refunded", "written_off", "explained"];

/** A discrepancy and, while it is open, how the pharmacy settles it. */
export function Settlement({ discrepancy }: { discrepancy: Discrepancy }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [how, setHow] = useState<DiscrepancyResolution>();
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const resolve = useAction(
    (resolution: DiscrepancyResolution, key) => {
      const more = note.trim() === "" ? {} : { note: note.trim() };
      return api.discrepancies.resolve(discrepancy.id, { version: discrepancy.version, resolution, ...more }, key);
    },
    {
      onSuccess: () => {
        for (const queryKey of [keys.deliveries.all, keys.prescriptions.all, keys.stock.all]) {
          void queryClient.invalidateQueries({ queryKey });
        }
      },
    },
  );
  return (
    <Stack gap="xs" mt="sm">
      <DiscrepancyView discrepancy={discrepancy} />
      {discrepancy.allowed.includes("resolve") && (
        <>
          <Radio.Group
            label={t("orders.settle.how")}
            value={how ?? null}
            onChange={(value) => setHow(value as DiscrepancyResolution)}
            error={tried && how === undefined ? t("orders.settle.choose") : undefined}
          >
            <Group gap="md" mt={4}>
              {HOW.map((value) => (
                <Radio key={value} value={value} label={t(`shared:parcel.discrepancy.resolution.${value}`)} />
              ))}
            </Group>
          </Radio.Group>
          {how && discrepancy.cause !== "temperature" && (
            <Text size="sm" c="dimmed">
              {t(how === "resent" ? "orders.settle.owed" : "orders.settle.ends")}
            </Text>
          )}
          <TextInput
            label={t("orders.settle.note")}
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {resolve.isError && <ProblemAlert error={resolve.error} />}
          <Group justify="flex-end">
            <Button
              loading={resolve.isPending}
              onClick={() => {
                setTried(true);
                if (how) resolve.mutate(how);
              }}
            >
              {t("orders.settle.confirm")}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
