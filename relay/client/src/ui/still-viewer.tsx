import { ActionIcon, Button, Group, Modal, Text } from "@mantine/core";
import {
  IconChevronLeft,
  IconChevronRight,
  IconDownload,
  IconMaximize,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Still } from "../api/types";
import { useFormats } from "./hooks";
import { useApi } from "./provider";
import { ProblemAlert, Skeletons } from "./states";
import "./stills.css";

/** Screen pixels to a pixel of the camera, beyond the whole picture. */
const ZOOMS = [1, 2, 4] as const;

/** The picture of a kept still as a URL of this page, while somebody looks. */
export function useStillUrl(still: Still) {
  const api = useApi();
  const id = still.document?.id ?? "";
  const content = useQuery({
    queryKey: ["documents", id, "content"],
    queryFn: ({ signal }) => api.documents.content(id, signal),
    enabled: id !== "",
    // Its digest is its content: it never changes. It leaves the memory when nobody looks any more.
    staleTime: Infinity,
    gcTime: 0,
  });
  const url = useMemo(() => (content.data ? URL.createObjectURL(content.data) : undefined), [content.data]);
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  return { url, content };
}

/** One still with its time, its source and its digest; any part of it pixel by pixel. */
export function StillViewer({
  still,
  among,
  onChange,
  onClose,
}: {
  still: Still;
  among: readonly Still[];
  onChange: (still: Still) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const at = among.findIndex((one) => one.id === still.id);
  const camera = t(`call.homeCamera.${still.camera}`);
  const { document } = still;
  if (!document) return null;
  const time = formats.dateTime(document.taken_at);
  const step = (by: 1 | -1): void => {
    const next = among[at + by];
    if (next) onChange(next);
  };
  const facts: [string, string][] = [
    [t("stills.takenAt"), time],
    [t("stills.camera"), camera],
    [t("stills.size"), `${still.width ?? 0} × ${still.height ?? 0} · ${formats.number(document.bytes / 1024, 0)} KiB`],
    [t("stills.by"), still.asked_by_name],
    [t("stills.digest"), document.sha256],
  ];
  return (
    <Modal opened onClose={onClose} title={t("stills.alt", { camera, time })} size="95%">
      <Zoomed key={still.id} still={still} alt={t("stills.alt", { camera, time })} />
      <Group justify="space-between" align="flex-start" mt="sm">
        <dl className="yz-still-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <Text component="dt" size="sm" c="dimmed">
                {name}
              </Text>
              <Text component="dd" size="sm">
                {value}
              </Text>
            </div>
          ))}
        </dl>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            size={44}
            variant="default"
            aria-label={t("stills.older")}
            disabled={at <= 0}
            onClick={() => step(-1)}
          >
            <IconChevronLeft size={20} aria-hidden />
          </ActionIcon>
          <ActionIcon
            size={44}
            variant="default"
            aria-label={t("stills.newer")}
            disabled={at >= among.length - 1}
            onClick={() => step(1)}
          >
            <IconChevronRight size={20} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
    </Modal>
  );
}

/** Where a part of the picture is to stay when it is enlarged: as shares of the picture. */
interface Spot {
  x: number;
  y: number;
}

function Zoomed({ still, alt }: { still: Still; alt: string }) {
  const { t } = useTranslation("shared");
  const { url, content } = useStillUrl(still);
  /** 0 is the whole picture. */
  const [level, setLevel] = useState(0);
  const [spot, setSpot] = useState<Spot>({ x: 0.5, y: 0.5 });
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    box.scrollLeft = spot.x * box.scrollWidth - box.clientWidth / 2;
    box.scrollTop = spot.y * box.scrollHeight - box.clientHeight / 2;
  }, [level, spot]);
  if (content.isError) return <ProblemAlert error={content.error} onRetry={() => void content.refetch()} />;
  if (!url) return <Skeletons shape="chart" count={2} />;
  const zoom = level === 0 ? undefined : ZOOMS[level - 1];
  const middle = (): Spot => {
    const box = frame.current;
    if (!box || level === 0) return { x: 0.5, y: 0.5 };
    return {
      x: (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth,
      y: (box.scrollTop + box.clientHeight / 2) / box.scrollHeight,
    };
  };
  const to = (next: number, where: Spot): void => {
    setSpot(where);
    setLevel(Math.min(Math.max(next, 0), ZOOMS.length));
  };
  const press = (event: MouseEvent<HTMLImageElement>): void => {
    const rect = event.currentTarget.getBoundingClientRect();
    const where = { x: (event.clientX - rect.left) / rect.width, y: (event.clientY - rect.top) / rect.height };
    to(level === ZOOMS.length ? 0 : level + 1, where);
  };
  return (
    <>
      <div className="yz-still-frame" ref={frame} tabIndex={0} role="region" aria-label={t("stills.picture")}>
        <img
          src={url}
          alt={alt}
          data-testid="still-picture"
          className={zoom ? "yz-still-part" : "yz-still-whole"}
          style={zoom ? { width: (still.width ?? 0) * zoom } : undefined}
          onClick={press}
        />
      </div>
      <Group gap={4} mt="xs">
        <Button
          size="md"
          variant="default"
          leftSection={<IconMaximize size={18} aria-hidden />}
          aria-pressed={level === 0}
          onClick={() => to(0, middle())}
        >
          {t("stills.whole")}
        </Button>
        <ActionIcon
          size={44}
          variant="default"
          aria-label={t("stills.smaller")}
          disabled={level === 0}
          onClick={() => to(level - 1, middle())}
        >
          <IconZoomOut size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          size={44}
          variant="default"
          aria-label={t("stills.larger")}
          disabled={level === ZOOMS.length}
          onClick={() => to(level + 1, middle())}
        >
          <IconZoomIn size={20} aria-hidden />
        </ActionIcon>
        <Text role="status" className="yz-still-zoom">
          {zoom ? `${zoom * 100}%` : t("stills.zoomHint")}
        </Text>
        <Button
          size="md"
          component="a"
          href={url}
          download={`still-${still.id}.${still.document?.media_type === "image/jpeg" ? "jpg" : "png"}`}
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          {t("stills.download")}
        </Button>
      </Group>
    </>
  );
}
