import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFile, IconMan } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { BodySite, DocumentKind, NewDocument } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoxApi } from "../box/box-context";
import { PrimaryButton } from "../shell";
import { BodyMap } from "./body-map";
import { base64Of, takenAt } from "./picture";
import { usePrepared } from "./use-prepared";

const KINDS: readonly DocumentKind[] = ["photo", "report", "identity", "other"];
const TITLES = ["skin", "wound", "swelling", "report", "medicine"] as const;

let chosen = 0;

/** A file that was taken or chosen: look at it, name it, save it on the box. */
export function AddDocument({
  residentId,
  consultationId,
  file,
  onClose,
}: {
  residentId: string;
  /** The one that a photo is left in. */
  consultationId?: string;
  file: File;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const box = useBoxApi();
  const queries = useQueryClient();
  const [id] = useState(() => (chosen += 1));
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<DocumentKind>(file.type === "application/pdf" ? "report" : "photo");
  const [site, setSite] = useState<BodySite>();
  const [mapOpen, setMapOpen] = useState(false);
  const [taken] = useState(() => takenAt(file.lastModified, Date.now()));
  const { blob, problem, url } = usePrepared({ no: id, file });
  const save = useAction(
    (body: NewDocument, key) => box.save({ kind: "document", resident_id: residentId, body }, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:documents.saved"), color: "green" });
        void queries.invalidateQueries({ queryKey: ["spool"] });
        void queries.invalidateQueries({ queryKey: ["residents", residentId, "documents"] });
        onClose();
      },
    },
  );
  const submit = async (): Promise<void> => {
    if (blob && title.trim() !== "") {
      save.mutate({
        kind,
        ...(kind === "photo" && site ? { body_site: site } : {}),
        ...(kind === "photo" && consultationId !== undefined ? { consultation_id: consultationId } : {}),
        title: title.trim(),
        taken_at: taken,
        content_base64: await base64Of(blob),
      });
    }
  };
  return (
    <Modal opened onClose={onClose} title={t("app:documents.add")} size={860} closeOnClickOutside={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          {problem ? (
            <Banner meaning="danger" role="alert">
              {t(`app:documents.problem.${problem}`)}
            </Banner>
          ) : !blob ? (
            <Skeletons shape="chart" count={1} />
          ) : blob.type === "application/pdf" ? (
            <Group>
              <IconFile size={48} aria-hidden />
              {file.name}
            </Group>
          ) : (
            <img src={url} alt={t("app:documents.preview")} className="nurse-preview" />
          )}
          <TextInput
            label={t("app:documents.title")}
            description={t("app:documents.titleHint")}
            required
            maxLength={100}
            autoComplete="off"
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            data-autofocus
          />
          <div role="group" aria-label={t("app:documents.titles")} className="nurse-templates">
            {TITLES.map((name) => (
              <button key={name} type="button" onClick={() => setTitle(t(`app:documents.titleOf.${name}`))}>
                {t(`app:documents.titleOf.${name}`)}
              </button>
            ))}
          </div>
          <SegmentedControl
            size="lg"
            aria-label={t("app:documents.kindLabel")}
            value={kind}
            onChange={(value) => setKind(value as DocumentKind)}
            data={KINDS.map((value) => ({ value, label: t(`app:documents.kind.${value}`) }))}
          />
          {kind === "photo" && (
            <div>
              <Button
                variant="default"
                size="lg"
                leftSection={<IconMan aria-hidden />}
                aria-expanded={mapOpen}
                onClick={() => setMapOpen(!mapOpen)}
              >
                {site ? t("app:documents.body.at", { site: t(`bodySite.${site}`) }) : t("app:documents.body.mark")}
              </Button>
              {mapOpen && (
                <BodyMap
                  value={site}
                  onChange={(next) => {
                    setSite(next);
                    if (next) setMapOpen(false);
                  }}
                />
              )}
            </div>
          )}
          {save.error && <ProblemAlert error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" size="xl" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <PrimaryButton type="submit" disabled={!blob || title.trim() === ""} loading={save.isPending}>
              {t("app:documents.save")}
            </PrimaryButton>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
