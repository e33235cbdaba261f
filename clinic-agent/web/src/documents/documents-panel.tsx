import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconFile, IconFileUpload, IconMicrophone, IconPhoto } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { CareDocument, Resident } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useApi, useFormats } from "@yunzhen/client/ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useOffline, useSpool } from "../box/box-context";
import { pendingOf } from "../box/spool-view";
import { PendingList } from "../shell";
import { AddDocument } from "./add-document";
import { DocumentViewer } from "./document-viewer";
import { TakePhoto } from "./take-photo";

const KINDS = ["all", "photo", "still", "voice_message", "report", "identity", "other"] as const;
const ACCEPTED = "image/*,application/pdf";

/** Photos and papers of one resident. New ones go to the box first, so they can be taken without the link. */
export function DocumentsPanel({ resident }: { resident: Resident }) {
  const { t } = useTranslation();
  const api = useApi();
  const offline = useOffline();
  const spool = useSpool();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("all");
  const [file, setFile] = useState<File>();
  const [open, setOpen] = useState<CareDocument>();
  const files = useRef<HTMLInputElement>(null);
  const documents = useQuery({
    queryKey: ["residents", resident.id, "documents"],
    queryFn: () => api.documents.of(resident.id),
  });
  const all = documents.data?.items ?? [];
  const shown = all.filter((document) => kind === "all" || document.kind === kind);
  const pending = pendingOf(spool.data ?? [], resident.id).filter((item) => item.kind === "document");
  return (
    <>
      <Group>
        <TakePhoto onPhoto={setFile} />
        <Button
          size="xl"
          variant="default"
          leftSection={<IconFileUpload aria-hidden />}
          onClick={() => files.current?.click()}
        >
          {t("app:documents.choose")}
        </Button>
        <input
          ref={files}
          type="file"
          accept={ACCEPTED}
          hidden
          data-testid="file-input"
          onChange={({ currentTarget }) => {
            setFile(currentTarget.files?.[0]);
            // The same file can be chosen again after it was put aside.
            currentTarget.value = "";
          }}
        />
      </Group>
      {pending.length > 0 && <PendingList items={pending} />}
      {all.length > 5 && (
        <SegmentedControl
          size="lg"
          aria-label={t("app:documents.filter")}
          value={kind}
          onChange={(value) => setKind(value as typeof kind)}
          data={KINDS.map((value) => ({ value, label: t(`app:documents.kind.${value}`) }))}
        />
      )}
      {documents.data === undefined ? (
        offline ? (
          <Text c="dimmed">{t("app:documents.offline")}</Text>
        ) : documents.isError ? (
          <ProblemAlert error={documents.error} onRetry={() => void documents.refetch()} />
        ) : (
          <Skeletons shape="rows" count={3} />
        )
      ) : shown.length === 0 ? (
        <EmptyState
          level={2}
          icon={IconPhoto}
          title={t(all.length === 0 ? "app:documents.empty" : "app:documents.noneOfKind")}
          hint={t("app:documents.emptyHint")}
        />
      ) : (
        <ul className="nurse-documents">
          {shown.map((document) => (
            <DocumentItem key={document.id} document={document} onOpen={() => setOpen(document)} />
          ))}
        </ul>
      )}
      {file && <AddDocument residentId={resident.id} file={file} onClose={() => setFile(undefined)} />}
      {open && <DocumentViewer document={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function DocumentItem({ document, onOpen }: { document: CareDocument; onOpen: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const spoken = document.media_type.startsWith("audio/");
  const Glyph = document.media_type.startsWith("image/") ? IconPhoto : spoken ? IconMicrophone : IconFile;
  return (
    <li>
      <button type="button" className="nurse-document" onClick={onOpen}>
        <Glyph size={36} stroke={1.5} aria-hidden />
        <span>
          <strong>{document.title}</strong>
          <span className="nurse-dim">
            {[
              t(`app:documents.kind.${document.kind}`),
              ...(document.body_site ? [t(`bodySite.${document.body_site}`)] : []),
              formats.dateTime(document.taken_at),
              document.author_name,
            ].join(" · ")}
          </span>
        </span>
      </button>
    </li>
  );
}
