import { ProblemAlert } from "@yunzhen/client/ui";
import { Button, Group, Stack, TextInput, Title } from "@mantine/core";
import { IconPackage } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { useOrder } from "./useOrder";
import classes from "./orders.module.css";

const PHONE = /^[+0-9][0-9\s-]{6,18}$/;

/** Who carries it. Packing makes the parcel code, the courier's link and the PIN. */
export function PackForm({ order }: { order: ReturnType<typeof useOrder> }) {
  const { t } = useTranslation("app");
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [tried, setTried] = useState(false);
  const phoneOk = PHONE.test(phone.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "" && phoneOk) order.pack.mutate({ courier_name: name.trim(), courier_phone: phone.trim() });
  };
  return (
    <form className={classes.panel} onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Title order={2} fz={16}>
          {t("orders.packTitle")}
        </Title>
        <Group grow align="flex-start">
          <TextInput
            label={t("orders.courierName")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={tried && name.trim() === "" ? t("orders.courierNameRequired") : undefined}
            autoComplete="off"
          />
          <TextInput
            type="tel"
            label={t("orders.courierPhone")}
            value={phone}
            onChange={(event) => setPhone(event.currentTarget.value)}
            error={tried && !phoneOk ? t("orders.phoneInvalid") : undefined}
            autoComplete="off"
          />
        </Group>
        {order.pack.isError && <ProblemAlert error={order.pack.error} />}
        <Group justify="flex-end">
          <Button type="submit" leftSection={<IconPackage size={18} aria-hidden />} loading={order.pack.isPending}>
            {t("orders.pack")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
