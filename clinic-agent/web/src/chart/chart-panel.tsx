import { ActionIcon, Group, SegmentedControl, Title } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconPill, IconVideo, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import {
  canPan,
  canZoom,
  marksOf,
  pan,
  REACH,
  spanOf,
  SPANS,
  windowOf,
  zoom,
  type Span,
  type Resident,
} from "@yunzhen/client";
import { Banner, EcgList, ProblemAlert, Skeletons, useApi, useFormats, VitalsPlot } from "@yunzhen/client/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useOffline } from "../box/box-context";
import { EarlyWarningPanel } from "./early-warning-panel";

/** The score first, then every curve over one stretch of time, with what happened in it. */
export function ChartPanel({ resident }: { resident: Resident }) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const offline = useOffline();
  const [now] = useState(() => Date.now());
  const [window, setWindow] = useState(() => windowOf("two_weeks", now));
  const [since] = useState(() => new Date(now - REACH).toISOString());
  const history = useQuery({
    queryKey: ["residents", resident.id, "observations", since],
    queryFn: () => api.residents.observations(resident.id, { since }),
  });
  const marks = useMemo(() => marksOf(resident, window, i18n.language), [resident, window, i18n.language]);
  const ticks = useMemo(() => marks.map(({ at, no }) => ({ at, label: String(no) })), [marks]);
  const move = (label: string, Glyph: typeof IconZoomIn, possible: boolean, next: () => void) => (
    <ActionIcon size={60} variant="default" aria-label={label} title={label} disabled={!possible} onClick={next}>
      <Glyph aria-hidden size={28} />
    </ActionIcon>
  );
  return (
    <>
      <EarlyWarningPanel warning={resident.early_warning} />
      <section>
        <div className="nurse-chart-head">
          <Title order={2} size="h3">
            {t("app:chart.title")}
          </Title>
          <SegmentedControl
            size="lg"
            aria-label={t("app:chart.span")}
            value={spanOf(window, now) ?? ""}
            onChange={(value) => setWindow(windowOf(value as Span, now))}
            data={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: t(`app:chart.spans.${value}`) }))}
          />
          <Group gap={4} role="group" aria-label={t("app:chart.move")}>
            {move(t("app:chart.earlier"), IconChevronLeft, canPan(window, "earlier", now), () =>
              setWindow(pan(window, "earlier", now)),
            )}
            {move(t("app:chart.later"), IconChevronRight, canPan(window, "later", now), () =>
              setWindow(pan(window, "later", now)),
            )}
            {move(t("app:chart.in"), IconZoomIn, canZoom(window, "in"), () => setWindow(zoom(window, "in", now)))}
            {move(t("app:chart.out"), IconZoomOut, canZoom(window, "out"), () => setWindow(zoom(window, "out", now)))}
          </Group>
        </div>
        <p className="nurse-dim" role="status">
          {t("app:chart.shown", { from: formats.dateTime(window.from), to: formats.dateTime(window.to) })}
        </p>
        {history.data === undefined ? (
          offline ? (
            <Banner meaning="person">{t("app:today.trendsOffline")}</Banner>
          ) : history.isError ? (
            <ProblemAlert error={history.error} onRetry={() => void history.refetch()} />
          ) : (
            <Skeletons shape="chart" count={3} />
          )
        ) : (
          <VitalsPlot
            observations={history.data.items}
            height={150}
            marks={ticks}
            window={window}
            onWindow={setWindow}
          />
        )}
      </section>
      <EcgList residentId={resident.id} />
      {marks.length > 0 && (
        <section>
          <Title order={2} size="h3">
            {t("app:chart.marks")}
          </Title>
          <ol className="nurse-marks">
            {marks.map((mark) => (
              <li key={mark.no} value={mark.no}>
                {mark.kind === "medicine" ? <IconPill size={22} aria-hidden /> : <IconVideo size={22} aria-hidden />}
                <span>
                  {mark.kind === "medicine"
                    ? t("app:chart.begun", { date: formats.date(mark.at), what: mark.what })
                    : t("app:chart.consultation", { time: formats.dateTime(mark.at), what: mark.what })}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
