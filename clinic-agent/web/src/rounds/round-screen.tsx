import { Button, Drawer, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { dayAt, type Round, type RoundStop } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useDayWords } from "../schedule/use-schedule";
import { VitalsEntry } from "../visit/vitals-entry";
import { LateChip } from "./late-chip";
import { StopRow } from "./stop-row";
import { endsAt, isFixed, isOver, lateness, moved, neighbour, orderOf } from "./running-order";
import { useDragOrder } from "./use-drag-order";
import "./rounds.css";

/** A round as it runs. Times come from the relay: when one takes longer, everybody's expected time follows here by itself. */
export function RoundScreen() {
  const { roundId = "" } = useParams();
  const api = useApi();
  const round = useQuery({
    queryKey: ["rounds", roundId],
    queryFn: () => api.rounds.get(roundId),
    // Lateness grows with the clock, without any event.
    refetchInterval: 60_000,
  });
  if (round.data) return <Running round={round.data} />;
  if (round.isPending) return <Skeletons shape="rows" count={5} />;
  return <ProblemAlert error={round.error} onRetry={() => void round.refetch()} />;
}

function Running({ round }: { round: Round }) {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const words = useDayWords();
  const queries = useQueryClient();
  const [measuring, setMeasuring] = useState<RoundStop>();
  // What the nurse has just put in order stands until the relay's answer replaces it.
  const reorder = useAction(
    ({ version, stops }: { version: number; stops: RoundStop[] }, key) =>
      api.rounds.reorder(round.id, { version, order: orderOf(stops) }, key),
    {
      onSuccess: (next) => {
        queries.setQueryData(["rounds", round.id], next);
        notifications.show({ message: t("app:rounds.changed"), color: "green" });
        for (const key of ["rounds", "schedule"]) void queries.invalidateQueries({ queryKey: [key] });
      },
      onError: () => void queries.invalidateQueries({ queryKey: ["rounds"] }),
    },
  );
  const stops = reorder.isPending ? reorder.variables.stops : round.stops;
  const move = (from: number, to: number): void => {
    const next = moved(stops, from, to);
    if (!reorder.isPending && orderOf(next).join() !== orderOf(stops).join())
      reorder.mutate({ version: round.version, stops: next });
  };
  const drag = useDragOrder(stops.length, move);
  const shown = drag.active ? moved(stops, drag.active.from, drag.active.to) : stops;
  return (
    <div className="nurse-plan">
      <header className="nurse-screen-head">
        <Button component={Link} to="/rounds" variant="subtle" leftSection={<IconArrowLeft />}>
          {t("app:rounds.back")}
        </Button>
        <h1>
          {words.whole(dayAt(round.starts_at, formats.zone))}{" "}
          {t("app:rounds.block", {
            from: formats.time(round.starts_at),
            until: formats.time(endsAt(round.starts_at, round.minutes, round.stops.length)),
          })}
        </h1>
        <Text>{t("app:rounds.of", { name: round.specialist.name, n: round.stops.length })}</Text>
        {!isOver(round) && <LateChip minutes={lateness(round)} always />}
      </header>
      {reorder.isError &&
        (reorder.error.code === "stale_version" ? (
          <Banner meaning="person" role="alert">
            {t("app:rounds.conflict")}
          </Banner>
        ) : (
          <ProblemAlert error={reorder.error} />
        ))}
      {round.stops.filter((stop) => !isFixed(stop)).length > 1 && <Text c="dimmed">{t("app:rounds.orderHint")}</Text>}
      <ol className="nurse-stops yz-card" ref={drag.list} aria-busy={reorder.isPending}>
        {shown.map((stop, place) => (
          <StopRow
            key={stop.consultation.id}
            stop={stop}
            place={place}
            dragged={drag.active?.to === place && drag.active !== undefined}
            onUp={stepTo(neighbour(shown, place, -1), place, move)}
            onDown={stepTo(neighbour(shown, place, 1), place, move)}
            onGrab={isFixed(stop) ? undefined : (event) => drag.grab(event, place)}
            onMeasure={() => setMeasuring(stop)}
          />
        ))}
      </ol>
      <Drawer
        opened={measuring !== undefined}
        onClose={() => setMeasuring(undefined)}
        position="right"
        size={640}
        keepMounted={false}
        title={measuring && t("app:rounds.vitalsFor", measuring.consultation.resident)}
      >
        {measuring && (
          <VitalsEntry
            residentId={measuring.consultation.resident.id}
            onSaved={() => {
              setMeasuring(undefined);
              void queries.invalidateQueries({ queryKey: ["rounds"] });
            }}
          />
        )}
      </Drawer>
    </div>
  );
}

function stepTo(
  to: number | undefined,
  from: number,
  move: (from: number, to: number) => void,
): (() => void) | undefined {
  return to === undefined ? undefined : () => move(from, to);
}
