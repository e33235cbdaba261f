import { ActionIcon, Button, Group, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconChevronUp, IconClock, IconPhoto, IconPhotoPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewStills, Still, StillCamera } from "../api/types";
import { useAction, useFormats } from "./hooks";
import { useApi } from "./provider";
import { ProblemAlert } from "./states";
import { progressEvery } from "./still-progress";
import { StillViewer, useStillUrl } from "./still-viewer";
import "./stills.css";

/** Stills of one burst. */
const BURST = 5;

const CAMERAS: readonly StillCamera[] = ["room", "close_up"];

const keyOf = (consultationId: string): readonly string[] => ["consultations", "stills", consultationId];

/** The stills of a consultation, oldest first. `over`: its call has ended. */
export function useStills(consultationId: string, over: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: keyOf(consultationId),
    queryFn: () => api.stills.of(consultationId),
    refetchInterval: (query) => progressEvery(query.state.data?.items, over),
  });
}

/** Takes stills; what was asked for stands in the strip at once. */
export function useTakeStills(consultationId: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useAction((body: NewStills, key) => api.stills.take(consultationId, body, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: keyOf(consultationId) }),
  });
}

/** One press: one still of the camera that is shown. Beside it the burst and the other camera. */
export function TakeStill({ consultationId, disabled }: { consultationId: string; disabled?: boolean }) {
  const { t } = useTranslation("shared");
  const take = useTakeStills(consultationId);
  return (
    <>
      <Group gap={2} wrap="nowrap">
        <Button
          leftSection={<IconPhotoPlus size={20} aria-hidden />}
          variant="default"
          title={t("stills.takeHint")}
          disabled={disabled}
          loading={take.isPending}
          onClick={() => take.mutate({ count: 1 })}
          data-testid="take-still"
        >
          {t("stills.take")}
        </Button>
        <Menu position="top-end">
          <Menu.Target>
            <ActionIcon size="input-sm" variant="default" aria-label={t("stills.more")} disabled={disabled}>
              <IconChevronUp size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => take.mutate({ count: BURST })}>{t("stills.burst", { n: BURST })}</Menu.Item>
            {CAMERAS.map((camera) => (
              <Menu.Item key={camera} onClick={() => take.mutate({ count: 1, camera })}>
                {t("stills.of", { camera: t(`call.homeCamera.${camera}`) })}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {take.isError && <ProblemAlert error={take.error} />}
    </>
  );
}

/** What was taken in a consultation, newest first, and how far each has come. `thumbnails` costs each picture's bytes: not over a home's link. `over`: the call has ended. */
export function StillStrip(of: { consultationId: string; thumbnails: boolean; over?: boolean }) {
  const { consultationId, thumbnails, over = false } = of;
  const { t } = useTranslation("shared");
  const { data } = useStills(consultationId, over);
  const [open, setOpen] = useState<string>();
  const all = data?.items ?? [];
  if (all.length === 0) return null;
  const kept = all.filter((still) => still.document);
  const opened = kept.find((still) => still.id === open);
  return (
    <section className="yz-stills" aria-label={t("stills.title")} data-testid="stills">
      <ul>
        {[...all].reverse().map((still) => (
          <li key={still.id}>
            <Line still={still} thumbnails={thumbnails} onOpen={() => setOpen(still.id)} />
          </li>
        ))}
      </ul>
      {opened && (
        <StillViewer
          still={opened}
          among={kept}
          onChange={(still) => setOpen(still.id)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  );
}

function Line({ still, thumbnails, onOpen }: { still: Still; thumbnails: boolean; onOpen: () => void }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const camera = t(`call.homeCamera.${still.camera}`);
  if (still.document) {
    const time = formats.time(still.document.taken_at);
    return (
      <UnstyledButton
        className="yz-still"
        onClick={onOpen}
        aria-label={t("stills.view", { time, camera })}
        data-testid="still-kept"
      >
        {thumbnails ? <Thumbnail still={still} /> : <IconPhoto size={28} aria-hidden />}
        <span>{time}</span>
      </UnstyledButton>
    );
  }
  if (still.state === "failed") {
    return (
      <div className="yz-still yz-still-failed" role="status" data-testid="still-failed">
        <IconAlertTriangle size={24} aria-hidden />
        <Text size="sm">{t("stills.failed", { why: t(`stills.failure.${still.failure ?? "lost"}`) })}</Text>
      </div>
    );
  }
  if (still.halted) {
    return (
      <div className="yz-still yz-still-halted" role="status" data-testid="still-halted">
        <IconAlertTriangle size={24} aria-hidden />
        <Text size="sm">{t("stills.halted")}</Text>
      </div>
    );
  }
  return (
    <div className="yz-still" role="status" data-testid="still-coming">
      <IconClock size={24} aria-hidden />
      <span>
        {typeof still.arrived_percent === "number"
          ? t("stills.coming", { percent: still.arrived_percent })
          : t("stills.asked")}
      </span>
    </div>
  );
}

function Thumbnail({ still }: { still: Still }) {
  const { url } = useStillUrl(still);
  return url ? <img src={url} alt="" /> : <IconPhoto size={28} aria-hidden />;
}
