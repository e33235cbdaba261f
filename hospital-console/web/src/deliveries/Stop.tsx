import type { CourierRun, Delivery } from "@yunzhen/client";
import { AttemptReason, Banner, ProblemAlert, useFormats } from "@yunzhen/client/ui";
import { Button, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconMapPin, IconPhone, IconSnowflake, IconWifiOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../common/keys";
import { isOver, may, nextCommand, nextWord, way, type Command } from "./courier";
import { pressOf, type Outbox } from "./outbox";
import { GiveBackSheet, PickUpSheet, ReasonSheet } from "./sheets";
import { Held, Temperature } from "./Held";
import type { Temperatures } from "./temperatures";
import classes from "./courier.module.css";

interface StopProps {
  delivery: Delivery;
  run: CourierRun;
  asOf: number | undefined;
  outbox: Outbox;
  temperatures: Temperatures;
  /** On to the next parcel, when this one is over and there is one. */
  onNext: (() => void) | undefined;
}

/** One stop, one hand: what and where on top, the next step under the thumb. */
export function Stop({ delivery, run, asOf, outbox, temperatures, onNext }: StopProps) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queryClient = useQueryClient();
  const sending = pressOf(useSyncExternalStore(outbox.subscribe, outbox.getSnapshot), delivery.id);
  const [asking, setAsking] = useState<"fail-attempt" | "give-back" | "pick-up">();
  const busy = sending.phase === "sending" || sending.phase === "waiting";
  const next = nextCommand(delivery);
  const refetch = () => void queryClient.invalidateQueries({ queryKey: keys.deliveries.run(run.id) });

  return (
    <main className={classes.main}>
      <Progress delivery={delivery} />
      {(sending.phase === "waiting" || asOf !== undefined) && (
        <Banner meaning="person" icon={IconWifiOff} title={t("deliveries.offline.title")} role="status">
          {sending.phase === "waiting"
            ? t("deliveries.offline.waiting", { action: t(`deliveries.act.${sending.pending.command}`) })
            : t("deliveries.offline.reading", { time: formats.time(asOf ?? 0) })}
        </Banner>
      )}
      {sending.phase === "refused" && (
        <ProblemAlert
          error={sending.error}
          onRetry={() => {
            outbox.dismiss(delivery.id);
            refetch();
          }}
        />
      )}
      <Held delivery={delivery} run={run} />
      <section className={classes.card} aria-label={t("deliveries.stop")}>
        <Text c="dimmed">{t("deliveries.stop")}</Text>
        <Title order={1} fz={24}>
          {delivery.home.name}
        </Title>
        <Text fz={20}>{delivery.home.address}</Text>
        <div className={classes.pair}>
          <Button
            component="a"
            href={`https://uri.amap.com/search?keyword=${encodeURIComponent(delivery.home.address)}`}
            target="_blank"
            rel="noreferrer"
            variant="default"
            size="lg"
            leftSection={<IconMapPin aria-hidden />}
          >
            {t("deliveries.navigate")}
          </Button>
          <Button
            component="a"
            href={`tel:${delivery.home.phone}`}
            variant="default"
            size="lg"
            leftSection={<IconPhone aria-hidden />}
            aria-label={`${t("deliveries.callHome")} ${delivery.home.phone}`}
          >
            {t("deliveries.call")}
          </Button>
        </div>
      </section>
      <section className={classes.card} aria-label={t("deliveries.parcel")}>
        <Text c="dimmed">{t("deliveries.parcel")}</Text>
        <div className={classes.code} data-testid="parcel-code">
          {delivery.parcel_code}
        </div>
        <Text>{t("deliveries.parcelCheck")}</Text>
        {delivery.cold_chain ? (
          <Banner meaning="person" icon={IconSnowflake}>
            {t("deliveries.cold")}
          </Banner>
        ) : (
          <Text c="dimmed">{t("deliveries.notCold")}</Text>
        )}
      </section>
      {delivery.cold_chain && <Temperature delivery={delivery} temperatures={temperatures} />}
      {delivery.attempts.length > 0 && (
        <section className={classes.card} aria-label={t("deliveries.attempts")}>
          <Text c="dimmed">{t("deliveries.attempts")}</Text>
          {delivery.attempts.map((attempt) => (
            <Text key={attempt.at}>
              {formats.time(attempt.at)} · <AttemptReason attempt={attempt} />
            </Text>
          ))}
        </section>
      )}
      <div className={classes.bottom} data-testid="courier-actions" data-state={delivery.state}>
        <Text ta="center" fw={600} role="status">
          {isOver(delivery) && <IconCircleCheck aria-hidden style={{ verticalAlign: "-5px" }} />}{" "}
          {t(`deliveries.next.${nextWord(delivery)}`)}
        </Text>
        {nextWord(delivery) === "at_door" && (
          <Text ta="center" c="dimmed">
            {t("deliveries.atDoorHint")}
          </Text>
        )}
        {next && (
          <Button
            size="xl"
            h={64}
            fullWidth
            loading={sending.phase === "sending"}
            disabled={sending.phase === "waiting"}
            onClick={() =>
              next === "give-back" || next === "pick-up" ? setAsking(next) : outbox.press(delivery, next)
            }
          >
            {t(`deliveries.act.${next}`)}
          </Button>
        )}
        {onNext && (
          <Button size="xl" h={64} fullWidth onClick={onNext}>
            {t("deliveries.run.next")}
          </Button>
        )}
        <div className={classes.pair}>
          {(["fail-attempt", "give-back"] as const)
            .filter(
              (command): command is Extract<Command, "fail-attempt" | "give-back"> =>
                may(delivery, command) && command !== next,
            )
            .map((command) => (
              <Button key={command} variant="default" size="lg" disabled={busy} onClick={() => setAsking(command)}>
                {t(`deliveries.act.${command}`)}
              </Button>
            ))}
        </div>
      </div>
      {asking === "fail-attempt" && (
        <ReasonSheet
          onClose={() => setAsking(undefined)}
          onChoose={(code, reason) => {
            outbox.press(delivery, "fail-attempt", reason === undefined ? { code } : { code, reason });
            setAsking(undefined);
          }}
        />
      )}
      {asking === "pick-up" && (
        <PickUpSheet
          cold={delivery.cold_chain}
          onClose={() => setAsking(undefined)}
          onConfirm={(found) => {
            outbox.press(delivery, "pick-up", found);
            setAsking(undefined);
          }}
        />
      )}
      {asking === "give-back" && (
        <GiveBackSheet
          onClose={() => setAsking(undefined)}
          onConfirm={() => {
            outbox.press(delivery, "give-back");
            setAsking(undefined);
          }}
        />
      )}
    </main>
  );
}

function Progress({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("app");
  return (
    <ol className={classes.progress} aria-label={t("deliveries.progress")}>
      {way(delivery).map(({ step, done, current }) => (
        <li key={step} data-done={done} aria-current={current ? "step" : undefined}>
          {t(`deliveries.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}
