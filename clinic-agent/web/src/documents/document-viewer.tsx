import { Button, Group, Modal } from "@mantine/core";
import { IconExternalLink, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { CareDocument } from "@yunzhen/client";
import { PlayVoice, ProblemAlert, Skeletons, useApi, useFormats } from "@yunzhen/client/ui";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

/** One document, as large as the screen; a PDF opens in the browser's own viewer. */
export function DocumentViewer({ document, onClose }: { document: CareDocument; onClose: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [large, setLarge] = useState(false);
  const isPicture = document.media_type.startsWith("image/");
  return (
    <Modal opened onClose={onClose} title={document.title} size="90%">
      <div className="nurse-viewer">
        {isPicture ? (
          <Picture document={document} large={large} />
        ) : document.kind === "voice_message" ? (
          <PlayVoice document={document} size="xl" />
        ) : (
          <Button
            component="a"
            href={`/api/documents/${document.id}/content`}
            target="_blank"
            rel="noopener"
            size="xl"
            leftSection={<IconExternalLink aria-hidden />}
          >
            {t("app:documents.openPdf")}
          </Button>
        )}
        <Group justify="space-between">
          <span className="nurse-dim">
            {t(`app:documents.kind.${document.kind}`)} ·{" "}
            {document.body_site && `${t(`bodySite.${document.body_site}`)} · `}
            {t("app:documents.taken", { time: formats.dateTime(document.taken_at), name: document.author_name })}
          </span>
          {isPicture && (
            <Button
              size="lg"
              variant="default"
              aria-pressed={large}
              leftSection={large ? <IconZoomOut aria-hidden /> : <IconZoomIn aria-hidden />}
              onClick={() => setLarge(!large)}
            >
              {t(large ? "app:documents.whole" : "app:documents.large")}
            </Button>
          )}
        </Group>
      </div>
    </Modal>
  );
}

function Picture({ document, large }: { document: CareDocument; large: boolean }) {
  const { t } = useTranslation();
  const api = useApi();
  const content = useQuery({
    queryKey: ["documents", document.id, "content"],
    queryFn: ({ signal }) => api.documents.content(document.id, signal),
    // Its digest is its content: it never changes. It leaves the tablet's memory with the viewer.
    staleTime: Infinity,
    gcTime: 0,
  });
  const url = useMemo(() => (content.data ? URL.createObjectURL(content.data) : undefined), [content.data]);
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  if (content.isError) return <ProblemAlert error={content.error} onRetry={() => void content.refetch()} />;
  if (!url) return <Skeletons shape="chart" count={2} />;
  return (
    <div className="nurse-viewer-frame" tabIndex={0} role="region" aria-label={t("app:documents.picture")}>
      <img src={url} alt={document.title} className={large ? "nurse-viewer-large" : "nurse-viewer-whole"} />
    </div>
  );
}
