import type { SigningKey } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { BannerLink } from "../common/BannerLink";
import { LicenceLine } from "./KeyState";

/** The fingerprint, to be compared with what the person reads; only then the key signs. */
export function ApproveKeySheet({
  signingKey,
  onClose,
  onDone,
}: {
  signingKey: SigningKey;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation("app");
  const [same, setSame] = useState(false);
  const gap = signingKey.licence_gap;
  const approve = useAction(
    (input: { id: string; version: number }, key) => api.signingKeys.approve(input.id, input.version, key),
    {
      onSuccess: () => {
        onDone();
        onClose();
      },
    },
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size={600}
      title={t("signingKeys.approve.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t("signingKeys.approve.lead", { name: signingKey.staff.name })}</Text>
        <div>
          <Text fw={600}>
            {[signingKey.staff.name, t(`shared:role.${signingKey.role}`), signingKey.title].filter(Boolean).join(" · ")}
          </Text>
          <LicenceLine number={signingKey.licence_number} record={signingKey.licence} gap={gap} />
        </div>
        {gap && (
          <Banner meaning="person" role="status" title={t("signingKeys.gap.title")}>
            {t(`signingKeys.gap.${gap}`)} <BannerLink to="/staff">{t("signingKeys.gap.staff")}</BannerLink>
          </Banner>
        )}
        <Text ff="monospace" fz={22} fw={600} data-testid="fingerprint">
          {signingKey.fingerprint}
        </Text>
        <Checkbox
          label={t("signingKeys.approve.same")}
          checked={same}
          disabled={gap !== undefined}
          onChange={(event) => setSame(event.currentTarget.checked)}
          data-autofocus
        />
        {approve.isError && <ProblemAlert error={approve.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            disabled={!same || gap !== undefined}
            loading={approve.isPending}
            onClick={() => approve.mutate({ id: signingKey.id, version: signingKey.version })}
          >
            {t(gap ? "signingKeys.gap.go" : "signingKeys.approve.go")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
