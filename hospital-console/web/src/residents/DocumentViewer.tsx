import type { CareDocument } from "@yunzhen/client";
import { PlayVoice, ProblemAlert, Skeletons, useFormats } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Modal, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconExternalLink, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import classes from "./ResidentRecord.module.css";

interface DocumentViewerProps {
  document: CareDocument;
  /** The list it was opened from: the next one is one press away. */
  among: readonly CareDocument[];
  onChange: (document: CareDocument) => void;
  onClose: () => void;
}

/** One document with its time, its source and its digest. A PDF opens in the browser's own viewer. */
export function DocumentViewer({ document, among, onChange, onClose }: DocumentViewerProps) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const [large, setLarge] = useState(false);
  const picture = document.media_type.startsWith("image/");
  const at = among.findIndex((one) => one.id === document.id);
  const step = (by: 1 | -1) => {
    const next = among[at + by];
    if (next) onChange(next);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={document.title}
      size="90%"
      closeButtonProps={{ "aria-label": t("app.close") }}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") step(-1);
        if (event.key === "ArrowRight") step(1);
      }}
    >
      {picture ? (
        <Picture key={document.id} document={document} large={large} />
      ) : document.kind === "voice_message" ? (
        <PlayVoice key={document.id} document={document} />
      ) : (
        <Group justify="center" py="xl">
          <Button
            component="a"
            href={`/api/documents/${document.id}/content`}
            target="_blank"
            rel="noopener"
            leftSection={<IconExternalLink size={18} aria-hidden />}
          >
            {t("residents.documents.openPdf")}
          </Button>
        </Group>
      )}
      <Group justify="space-between" mt="sm" align="flex-start">
        <dl className={classes.facts}>
          {document.body_site && (
            <Fact name={t("residents.documents.site")} value={t(`shared:bodySite.${document.body_site}`)} />
          )}
          <Fact name={t("residents.documents.taken")} value={formats.dateTime(document.taken_at)} />
          <Fact name={t("residents.documents.received")} value={formats.dateTime(document.received_at)} />
          <Fact name={t("residents.documents.author")} value={document.author_name} />
          <Fact
            name={t("residents.documents.size")}
            value={`${formats.number(document.bytes / 1024, 0)} KiB · ${document.media_type}`}
          />
          <Fact name="SHA-256" value={document.sha256} />
        </dl>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="default"
            aria-label={t("residents.documents.before")}
            disabled={at <= 0}
            onClick={() => step(-1)}
          >
            <IconChevronLeft size={20} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label={t("residents.documents.next")}
            disabled={at < 0 || at >= among.length - 1}
            onClick={() => step(1)}
          >
            <IconChevronRight size={20} />
          </ActionIcon>
          {picture && (
            <Button
              variant="default"
              aria-pressed={large}
              leftSection={large ? <IconZoomOut size={18} aria-hidden /> : <IconZoomIn size={18} aria-hidden />}
              onClick={() => setLarge(!large)}
            >
              {t(large ? "residents.documents.whole" : "residents.documents.large")}
            </Button>
          )}
        </Group>
      </Group>
    </Modal>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" style={{ overflowWrap: "anywhere" }}>
        {value}
      </Text>
    </div>
  );
}

function Picture({ document, large }: { document: CareDocument; large: boolean }) {
  const { t } = useTranslation("app");
  const content = useQuery({
    queryKey: ["documents", document.id, "content"],
    queryFn: ({ signal }) => api.documents.content(document.id, signal),
    // Its digest is its content: it never changes. It leaves the memory with the viewer.
    staleTime: Infinity,
    gcTime: 0,
  });
  const url = useMemo(() => (content.data ? URL.createObjectURL(content.data) : undefined), [content.data]);
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  if (content.isError) return <ProblemAlert error={content.error} onRetry={() => void content.refetch()} />;
  if (!url) return <Skeletons shape="chart" count={2} />;
  return (
    <div className={classes.frame} tabIndex={0} role="region" aria-label={t("residents.documents.picture")}>
      <img src={url} alt={document.title} className={large ? classes.large : classes.whole} />
    </div>
  );
}
