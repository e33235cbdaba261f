import type { CourierRun, Delivery } from "@yunzhen/client";
import { DeliveryChip, ProblemAlert, StatusChip, useAction } from "@yunzhen/client/ui";
import { ActionIcon, Button, Text, Title } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconListNumbers, IconSnowflake, IconWifiOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { isOver, moved, nextStop } from "./courier";
import { pressOf, type Outbox, type OutboxState } from "./outbox";
import { Stop } from "./Stop";
import { useKept } from "./useKept";
import classes from "./courier.module.css";

/** The courier's parcels of today: the next stop under the thumb, all of them in order behind one press. */
export function Run({ run, asOf }: { run: CourierRun; asOf: number | undefined }) {
  const { t } = useTranslation("app");
  const { outbox, temperatures } = useKept(run.id);
  // Stays on a parcel that has just ended, until the courier goes on.
  const [chosen, setChosen] = useState(() => (nextStop(run.stops) ?? run.stops.at(-1))?.id);
  const [listed, setListed] = useState(false);
  const stop = run.stops.find((one) => one.id === chosen);
  const position = run.stops.findIndex((one) => one.id === stop?.id);
  if (!stop || listed) {
    return (
      <RunList
        run={run}
        outbox={outbox}
        onChoose={(id) => {
          setChosen(id);
          setListed(false);
        }}
      />
    );
  }
  return (
    <>
      {run.stops.length > 1 && (
        <nav className={classes.runBar} aria-label={t("deliveries.run.all")}>
          <Text fw={600}>{t("deliveries.run.position", { n: position + 1, all: run.stops.length })}</Text>
          <Button
            variant="default"
            size="md"
            leftSection={<IconListNumbers size={20} aria-hidden />}
            onClick={() => setListed(true)}
          >
            {t("deliveries.run.all")}
          </Button>
        </nav>
      )}
      <Stop
        key={stop.id}
        delivery={stop}
        run={run}
        asOf={asOf}
        outbox={outbox}
        temperatures={temperatures}
        onNext={isOver(stop) && nextStop(run.stops) ? () => setChosen(nextStop(run.stops)?.id) : undefined}
      />
    </>
  );
}

function RunList({ run, outbox, onChoose }: { run: CourierRun; outbox: Outbox; onChoose: (id: string) => void }) {
  const { t } = useTranslation("app");
  const kept = useSyncExternalStore(outbox.subscribe, outbox.getSnapshot);
  const queryClient = useQueryClient();
  const reorder = useAction(
    (order: string[], key) => api.courierRuns.reorder(run.id, { version: run.version, order }, key),
    { onSuccess: (next) => queryClient.setQueryData(keys.deliveries.run(run.id), next) },
  );
  const ids = run.stops.map((stop) => stop.id);
  const change = (index: number, by: -1 | 1) => reorder.mutate(moved(ids, index, by));
  return (
    <main className={classes.main} data-testid="courier-run">
      <Title order={1} fz={22}>
        {t("deliveries.run.title", { n: run.stops.filter((stop) => !isOver(stop)).length })}
      </Title>
      {reorder.error && <ProblemAlert error={reorder.error} />}
      <ol className={classes.runList}>
        {run.stops.map((stop, index) => (
          <li key={stop.id} className={classes.card}>
            <RunRow stop={stop} index={index} kept={kept} onChoose={onChoose} />
            {run.allowed.includes("order") && run.stops.length > 1 && (
              <div className={classes.pair}>
                <ActionIcon
                  variant="default"
                  size={48}
                  disabled={index === 0 || reorder.isPending}
                  onClick={() => change(index, -1)}
                  aria-label={t("deliveries.run.up", { home: stop.home.name })}
                >
                  <IconArrowUp aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size={48}
                  disabled={index === run.stops.length - 1 || reorder.isPending}
                  onClick={() => change(index, 1)}
                  aria-label={t("deliveries.run.down", { home: stop.home.name })}
                >
                  <IconArrowDown aria-hidden />
                </ActionIcon>
              </div>
            )}
          </li>
        ))}
      </ol>
    </main>
  );
}

interface RunRowProps {
  stop: Delivery;
  index: number;
  kept: OutboxState;
  onChoose: (id: string) => void;
}

function RunRow({ stop, index, kept, onChoose }: RunRowProps) {
  const { t } = useTranslation("app");
  const press = pressOf(kept, stop.id);
  return (
    <button type="button" className={classes.runRow} onClick={() => onChoose(stop.id)}>
      <span>
        <strong>
          {index + 1}. {stop.home.name}
        </strong>{" "}
        {stop.cold_chain && <IconSnowflake size={18} aria-hidden />}
      </span>
      <span>{stop.home.address}</span>
      <span>
        {stop.parcel_code} <DeliveryChip state={stop.state} />
        {press.phase === "waiting" && (
          <StatusChip meaning="person" icon={IconWifiOff}>
            {t("deliveries.offline.kept", { action: t(`deliveries.act.${press.pending.command}`) })}
          </StatusChip>
        )}
        {press.phase === "refused" && <StatusChip meaning="danger">{t("deliveries.offline.refused")}</StatusChip>}
      </span>
    </button>
  );
}
