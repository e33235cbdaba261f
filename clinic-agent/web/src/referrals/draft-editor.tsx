import { Button, Group, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconEdit } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { Referral, ReferralUpdate } from "@yunzhen/client";
import { ProblemAlert, useAction, useApi } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { fromText, toContent, type Draft } from "./account";
import { ACCOUNT_WORDS, accountWords } from "./account-words";
import { DraftFields } from "./draft-fields";
import { useConditions } from "./use-conditions";

/** A draft can be gone on with until a doctor has sent it. */
export function DraftEditor({ referral }: { referral: Referral }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (open) return <Editor referral={referral} onClose={() => setOpen(false)} />;
  return (
    <div>
      <Button variant="default" size="lg" mih={60} leftSection={<IconEdit aria-hidden />} onClick={() => setOpen(true)}>
        {t("app:referrals.draft.change")}
      </Button>
    </div>
  );
}

function Editor({ referral, onClose }: { referral: Referral; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const conditions = useConditions(referral.resident.id, referral.diagnosis);
  const [draft, setDraft] = useState<Draft>(() => ({
    ...fromText(referral.reason, ACCOUNT_WORDS),
    urgency: referral.urgency,
    hospital: referral.hospital,
    department: referral.department,
    diagnosis: referral.diagnosis?.code ?? null,
  }));
  const save = useAction((body: ReferralUpdate, key) => api.referrals.change(referral.id, body, key), {
    onSuccess: () => {
      notifications.show({ message: t("app:referrals.draft.changed"), color: "green" });
      onClose();
      void queries.invalidateQueries({ queryKey: ["referrals"] });
    },
  });
  const wrong = (path: string) => saidAt(save.error, `content.${path}`);
  return (
    <Stack>
      <DraftFields
        draft={draft}
        conditions={conditions}
        wrong={wrong}
        onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
      />
      {save.error && <ProblemAlert error={save.error} />}
      <Group justify="space-between">
        <Button variant="default" size="xl" onClick={onClose}>
          {t("action.cancel")}
        </Button>
        <PrimaryButton
          disabled={draft.reason.trim() === ""}
          loading={save.isPending}
          onClick={() =>
            save.mutate({ version: referral.version, content: toContent(draft, accountWords(i18n.language)) })
          }
        >
          {t("app:referrals.draft.keep")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}
