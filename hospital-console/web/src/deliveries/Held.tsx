import type { CourierRun, Delivery } from "@yunzhen/client";
import { Banner, celsiusOf, isAtCounter, ProblemAlert, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Text, TextInput } from "@mantine/core";
import { IconArrowBackUp, IconHandStop, IconPhone, IconThermometer } from "@tabler/icons-react";
import { useState, useSyncExternalStore, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { isCarried } from "./courier";
import type { Temperatures } from "./temperatures";
import classes from "./courier.module.css";

/** Which words, where it is held; a batch that was called back weighs more than what else stopped it. */
function wordsFor(delivery: Delivery) {
  const { state } = delivery;
  if (state === "returning" || state === "recalled" || state === "refused") return state;
  if (delivery.batch_recalled) return isAtCounter(delivery) ? "atCounter" : "quarantined.recall";
  return state === "quarantined" ? (`quarantined.${delivery.quarantine ?? "identity"}` as const) : undefined;
}

/** A parcel that may not be handed over, or goes back: why, what to do now, and whom to call. */
export function Held({ delivery, run }: { delivery: Delivery; run: CourierRun }) {
  const { t } = useTranslation("app");
  const words = wordsFor(delivery);
  if (!words) return null;
  const { state } = delivery;
  const turned = state === "returning" ? delivery.decisions?.findLast(({ step }) => step === "turn_back") : undefined;
  const stopped = words.startsWith("quarantined") || words === "atCounter";
  return (
    <section className={classes.card} data-testid="held" data-state={state}>
      <Banner
        meaning={stopped || state === "recalled" ? "danger" : "person"}
        icon={stopped ? IconHandStop : IconArrowBackUp}
        title={t(turned ? "deliveries.held.turnedBack.title" : `deliveries.held.${words}.title`)}
        role="alert"
      >
        {t(turned ? "deliveries.held.turnedBack.hint" : `deliveries.held.${words}.hint`, {
          pharmacy: run.pharmacy_name,
          why: turned && t(`shared:parcel.decision.code.${turned.code}`),
        })}
      </Banner>
      <Button
        component="a"
        href={`tel:${run.pharmacy_phone}`}
        variant="default"
        size="lg"
        leftSection={<IconPhone aria-hidden />}
      >
        {t("deliveries.callPharmacy", { pharmacy: run.pharmacy_name })}
      </Button>
    </section>
  );
}

/** What the thermometer of the cool box says; measured without a signal it is sent later with its time. */
export function Temperature({ delivery, temperatures }: { delivery: Delivery; temperatures: Temperatures }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { waiting, error, refusedOf } = useSyncExternalStore(temperatures.subscribe, temperatures.getSnapshot);
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const celsius = celsiusOf(typed);
  const last = delivery.temperatures?.at(-1);
  const mine = waiting.filter((reading) => reading.deliveryId === delivery.id);
  const refused = refusedOf === delivery.id ? error : undefined;
  // Before it is fetched the pharmacy answers for its cold, and nothing is asked.
  if (!last && mine.length === 0 && !refused && !isCarried(delivery)) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (celsius === undefined) return;
    temperatures.add(delivery.id, celsius);
    setTyped("");
    setTried(false);
  };
  return (
    <section className={classes.card} aria-label={t("shared:parcel.temperature.title")} data-testid="temperature">
      {last && (
        <Text>
          {t("shared:parcel.temperature.now", {
            value: formats.number(last.celsius, 1),
            time: formats.time(last.measured_at),
            by: t(
              `shared:parcel.temperature.by.${last.by === "courier" || last.by === "nurse" ? last.by : "pharmacy"}`,
            ),
          })}{" "}
          {last.out_of_range && delivery.cold_range && (
            <StatusChip meaning="danger">
              {t("shared:parcel.temperature.out", {
                lowest: delivery.cold_range.lowest,
                highest: delivery.cold_range.highest,
              })}
            </StatusChip>
          )}
        </Text>
      )}
      {mine.length > 0 && <Text role="status">{t("deliveries.temperature.waiting", { n: mine.length })}</Text>}
      {refused && <ProblemAlert error={refused} />}
      {isCarried(delivery) && (
        <form onSubmit={submit} noValidate>
          <TextInput
            label={t("shared:parcel.temperature.label")}
            description={t("shared:parcel.temperature.help")}
            inputMode="decimal"
            size="lg"
            leftSection={<IconThermometer aria-hidden />}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={tried && celsius === undefined ? t("shared:parcel.temperature.invalid") : undefined}
            autoComplete="off"
          />
          <Button type="submit" variant="default" size="lg" fullWidth mt="xs">
            {t("deliveries.temperature.record")}
          </Button>
        </form>
      )}
    </section>
  );
}
