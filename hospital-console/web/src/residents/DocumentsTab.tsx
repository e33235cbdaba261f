import type { CareDocument, DocumentKind } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useFormats } from "@yunzhen/client/ui";
import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconFileText, IconFiles, IconMicrophone, IconPhoto } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DocumentViewer } from "./DocumentViewer";
import classes from "./ResidentRecord.module.css";

const KINDS: readonly DocumentKind[] = ["photo", "still", "voice_message", "portrait", "report", "identity", "other"];

/** What was photographed or scanned, newest first, by kind. */
export function DocumentsTab({ residentId }: { residentId: string }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const [kind, setKind] = useState<DocumentKind | "all">("all");
  const [open, setOpen] = useState<CareDocument>();
  const query = useQuery({
    queryKey: ["residents", "documents", residentId],
    queryFn: () => api.documents.of(residentId),
  });
  if (query.isPending) return <Skeletons shape="rows" />;
  if (!query.data) {
    return (
      <div className={classes.pad}>
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  const all = query.data.items;
  if (all.length === 0) {
    return (
      <EmptyState icon={IconFiles} title={t("residents.documents.none")} hint={t("residents.documents.noneHint")} />
    );
  }
  const present = KINDS.filter((one) => all.some((document) => document.kind === one));
  const shown = all.filter((document) => kind === "all" || document.kind === kind);
  return (
    <div className={classes.pad}>
      {present.length > 1 && (
        <SegmentedControl
          fullWidth
          mb="sm"
          aria-label={t("residents.documents.filter")}
          value={kind}
          onChange={(value) => setKind(value as typeof kind)}
          data={(["all", ...present] as const).map((value) => ({
            value,
            label: value === "all" ? t("app.all") : t(`residents.documents.kind.${value}`),
          }))}
        />
      )}
      <ul className={classes.rows}>
        {shown.map((document) => (
          <li key={document.id}>
            <Group justify="space-between" wrap="nowrap">
              <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
                {document.media_type.startsWith("image/") ? (
                  <IconPhoto size={22} aria-hidden />
                ) : document.kind === "voice_message" ? (
                  <IconMicrophone size={22} aria-hidden />
                ) : (
                  <IconFileText size={22} aria-hidden />
                )}
                <div style={{ minWidth: 0 }}>
                  <Text fw={500} style={{ overflowWrap: "anywhere" }}>
                    {document.title}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {[
                      t(`residents.documents.kind.${document.kind}`),
                      ...(document.body_site ? [t(`shared:bodySite.${document.body_site}`)] : []),
                      formats.dateTime(document.taken_at),
                      document.author_name,
                    ].join(" · ")}
                  </Text>
                </div>
              </Group>
              <Button
                variant="default"
                size="compact-md"
                onClick={() => setOpen(document)}
                aria-label={`${t("residents.documents.open")}: ${document.title}`}
              >
                {t("residents.documents.open")}
              </Button>
            </Group>
          </li>
        ))}
      </ul>
      {open && <DocumentViewer document={open} among={shown} onChange={setOpen} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
