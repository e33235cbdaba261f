import type { PharmacySystem } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import type { Secret } from "./SecretSheet";

/** Where events are sent: set, changed, switched on again, signed anew, or ended. */
export function WebhookSheet({
  system,
  onClose,
  onSecret,
}: {
  system: PharmacySystem;
  onClose: () => void;
  onSecret: (secret?: Secret) => void;
}) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [url, setUrl] = useState(system.webhook?.url ?? "");
  const [tried, setTried] = useState(false);
  const after = (secret?: string) => {
    void queries.invalidateQueries({ queryKey: ["pharmacy-systems"] });
    onSecret(secret === undefined ? undefined : { kind: "signing", value: secret });
  };
  const save = useAction((to: string, key) => api.pharmacySystems.setWebhook(system.id, to, key), {
    onSuccess: (set) => after(set.secret),
  });
  const rotate = useAction((_: void, key) => api.pharmacySystems.rotateWebhook(system.id, key), {
    onSuccess: (set) => after(set.secret),
  });
  const remove = useAction((_: void, key) => api.pharmacySystems.removeWebhook(system.id, key), {
    onSuccess: () => after(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (url.trim() !== "") save.mutate(url.trim());
  };
  const failed = [rotate, remove].find((action) => action.isError);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("pharmacySystems.webhook.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("pharmacySystems.webhook.url")}
            description={t("pharmacySystems.webhook.urlHint")}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            error={tried && url.trim() === "" ? t("pharmacySystems.webhook.urlRequired") : problemAt(save.error, "url")}
            type="url"
            inputMode="url"
            maxLength={500}
            required
            data-autofocus
          />
          {save.isError && !toldAt(save.error, ["url"]) && <ProblemAlert error={save.error} />}
          {failed && <ProblemAlert error={failed.error} />}
          <Group justify="space-between">
            <Group gap="xs">
              {system.webhook && (
                <>
                  <Button variant="default" loading={rotate.isPending} onClick={() => rotate.mutate()}>
                    {t("pharmacySystems.webhook.rotate")}
                  </Button>
                  <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
                    {t("pharmacySystems.webhook.remove")}
                  </Button>
                </>
              )}
            </Group>
            <Button type="submit" loading={save.isPending}>
              {t(`pharmacySystems.webhook.${system.webhook?.switched_off_at ? "on" : "save"}`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
