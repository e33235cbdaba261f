import { fits, parseGs1, type Drug } from "@yunzhen/client";
import { besideCamera, ProblemAlert, useAction, useUnit, NumberField } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { IconScan } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt } from "../common/problemAt";
import { printable } from "../orders/pick";
import { DrugChoice } from "../prescriptions/DrugChoice";
import { RECEIVED } from "./amounts";

/** Goods came in: what, which batch, until when, how much. A scanner or the camera fills in what is printed on the pack. */
export function ReceiveSheet({ opened, onClose, today }: { opened: boolean; onClose: () => void; today: string }) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  const queryClient = useQueryClient();
  const [drug, setDrug] = useState<Drug>();
  const [scan, setScan] = useState("");
  const [scanProblem, setScanProblem] = useState<string>();
  const [batch, setBatch] = useState("");
  const [expiry, setExpiry] = useState("");
  const [gtin, setGtin] = useState("");
  const [quantity, setQuantity] = useState<number>();
  const receive = useAction(api.stock.receive, {
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.stock.all });
      for (const clear of [setScan, setBatch, setExpiry, setGtin]) clear("");
      setDrug(undefined);
      setQuantity(undefined);
      onClose();
    },
  });
  const read = (code: string) => {
    const result = parseGs1(code, today);
    // Whatever was read, the next code begins in an empty field.
    setScan("");
    if (!result.ok) {
      const problem = t(`orders.scan.problem.${result.problem === "empty" ? "format" : result.problem}`);
      const said = result.problem === "empty" ? problem : t("orders.scan.read", { problem, code: printable(code) });
      setScanProblem(said);
      return;
    }
    setBatch(result.code.batch);
    setExpiry(result.code.expiry);
    setGtin(result.code.gtin);
    setScanProblem(undefined);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (drug && fits(quantity, RECEIVED)) {
      receive.mutate({ drug_id: drug.id, batch, expiry, gtin: gtin || undefined, quantity });
    }
  };
  const at = (field: string) => problemAt(receive.error, field);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("stock.receive")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <DrugChoice label={t("stock.drug")} value={drug} onChange={setDrug} another={t("app.cancel")} />
          <TextInput
            label={t("stock.scan")}
            description={t("stock.scanHint")}
            leftSection={<IconScan size={18} aria-hidden />}
            autoComplete="off"
            value={scan}
            error={scanProblem}
            onChange={(event) => {
              setScan(event.currentTarget.value);
              setScanProblem(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              read(scan);
            }}
            inputContainer={besideCamera({
              label: t("shared:scan.camera"),
              short: t("shared:call.camera"),
              close: t("app.close"),
              size: "sm",
              onCode: read,
            })}
          />
          <Group grow align="flex-start">
            <TextInput
              label={t("stock.batch")}
              autoComplete="off"
              value={batch}
              error={at("batch")}
              onChange={(event) => setBatch(event.currentTarget.value)}
            />
            <TextInput
              type="date"
              label={t("stock.expiry")}
              value={expiry}
              error={at("expiry")}
              onChange={(event) => setExpiry(event.currentTarget.value)}
            />
          </Group>
          <Group grow align="flex-start">
            <NumberField
              label={t("stock.quantity", { unit: unitWord(drug?.unit ?? "–") })}
              rule={RECEIVED}
              value={quantity}
              error={at("quantity")}
              onChange={setQuantity}
            />
            <TextInput
              label={t("stock.gtin")}
              autoComplete="off"
              value={gtin}
              error={at("gtin")}
              onChange={(event) => setGtin(event.currentTarget.value)}
            />
          </Group>
          {receive.isError && <ProblemAlert error={receive.error} />}
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={receive.isPending}
              disabled={!drug || batch.trim() === "" || expiry === "" || !fits(quantity, RECEIVED)}
            >
              {t("stock.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
