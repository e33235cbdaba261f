import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCamera, IconPhoto } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { NewDocument, Resident } from "@yunzhen/client";
import { Banner, Portrait, ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoxApi } from "../box/box-context";
import { base64Of, takenAt } from "../documents/picture";
import { usePrepared } from "../documents/use-prepared";
import { PrimaryButton } from "../shell";

/** The resident's face, and the way to take another picture of it. */
export function ChangePortrait({ resident }: { resident: Resident }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="nurse-portrait"
        aria-label={t("app:portrait.change", { name: resident.name })}
        title={t("app:portrait.title")}
        onClick={() => setOpen(true)}
      >
        <Portrait person={resident} size={72} />
        <IconCamera aria-hidden size={24} />
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t("app:portrait.title")} size={560}>
        <Take resident={resident} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

let chosen = 0;

function Take({ resident, onDone }: { resident: Resident; onDone: () => void }) {
  const { t } = useTranslation();
  const box = useBoxApi();
  const queries = useQueryClient();
  const camera = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [picture, setPicture] = useState<{ no: number; file: File; taken: string }>();
  const { blob, problem, url } = usePrepared(picture, "face");
  const save = useAction(
    (body: NewDocument, key) => box.save({ kind: "document", resident_id: resident.id, body }, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:portrait.saved"), color: "green" });
        for (const key of ["spool", "residents"]) void queries.invalidateQueries({ queryKey: [key] });
        onDone();
      },
    },
  );
  const take = (input: HTMLInputElement): void => {
    const file = input.files?.[0];
    if (file) setPicture({ no: (chosen += 1), file, taken: takenAt(file.lastModified, Date.now()) });
    // The same file can be chosen again after it was put aside.
    input.value = "";
  };
  const submit = async (): Promise<void> => {
    if (!blob || !picture) return;
    const content_base64 = await base64Of(blob);
    save.mutate({ kind: "portrait", title: t("app:portrait.title"), taken_at: picture.taken, content_base64 });
  };
  return (
    <Stack>
      <Text>{t("app:portrait.hint")}</Text>
      <Group justify="center" mih={240}>
        {picture && !blob && !problem ? (
          <Skeletons shape="card" count={1} />
        ) : (
          <Portrait person={{ name: resident.name, photo_url: url ?? resident.photo_url }} size={240} />
        )}
      </Group>
      {problem && (
        <Banner meaning="danger" role="alert">
          {t(`app:documents.problem.${problem}`)}
        </Banner>
      )}
      <Group grow>
        <Button
          size="xl"
          variant={blob ? "default" : "filled"}
          leftSection={<IconCamera aria-hidden />}
          onClick={() => camera.current?.click()}
        >
          {t("app:documents.take")}
        </Button>
        <Button
          size="xl"
          variant="default"
          leftSection={<IconPhoto aria-hidden />}
          onClick={() => files.current?.click()}
        >
          {t("app:portrait.choose")}
        </Button>
      </Group>
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={files}
        type="file"
        accept="image/*"
        hidden
        data-testid="portrait-input"
        onChange={(event) => take(event.currentTarget)}
      />
      {save.error && <ProblemAlert error={save.error} />}
      <Group justify="space-between">
        <Button variant="default" size="xl" onClick={onDone}>
          {t("action.cancel")}
        </Button>
        <PrimaryButton disabled={!blob} loading={save.isPending} onClick={() => void submit()}>
          {t("app:portrait.save")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}
