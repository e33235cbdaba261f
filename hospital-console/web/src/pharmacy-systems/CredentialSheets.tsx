import type { PharmacySystem } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import type { Secret } from "./SecretSheet";

/** Another secret; the one before works until they have changed over. */
export function RotateSheet({
  system,
  onClose,
  onRotated,
}: {
  system: PharmacySystem;
  onClose: () => void;
  onRotated: (secret: Secret) => void;
}) {
  const queries = useQueryClient();
  const rotate = useAction((_: void, key) => api.pharmacySystems.rotate(system.id, key), {
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["pharmacy-systems"] });
      onRotated({ kind: "credential", value: made.credential });
    },
  });
  return <Asked what="rotate" system={system} doing={rotate} onClose={onClose} />;
}

/** It shuts a pharmacy's system out at once, so it is asked for once more. */
export function RevokeSheet({ system, onClose }: { system: PharmacySystem; onClose: () => void }) {
  const queries = useQueryClient();
  const revoke = useAction((_: void, key) => api.pharmacySystems.revoke(system.id, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["pharmacy-systems"] });
      onClose();
    },
  });
  return <Asked what="revoke" system={system} doing={revoke} onClose={onClose} />;
}

interface AskedProps {
  what: "rotate" | "revoke";
  system: PharmacySystem;
  doing: { isPending: boolean; isError: boolean; error: unknown; mutate: () => void };
  onClose: () => void;
}

function Asked({ what, system, doing, onClose }: AskedProps) {
  const { t } = useTranslation("app");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`pharmacySystems.${what}Title`)}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text fw={600}>
          {system.name} · {system.pharmacy.name}
        </Text>
        <Text>{t(`pharmacySystems.${what}Body`)}</Text>
        {doing.isError && <ProblemAlert error={doing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button
            color={what === "revoke" ? "red" : undefined}
            loading={doing.isPending}
            onClick={() => doing.mutate()}
          >
            {t(`pharmacySystems.${what}Confirm`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
