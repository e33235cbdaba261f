import type { Referral, ReferralContent } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DiagnosisPicker } from "../common/DiagnosisPicker";
import { fieldError } from "../common/fields";
import { WithReason } from "./WithReason";
import classes from "./referrals.module.css";

/** The draft: written, kept, sent. Sending keeps what is typed first, so that what arrives is what is seen. */
export function DraftForm({ referral, onSaved }: { referral: Referral; onSaved: (referral: Referral) => void }) {
  const { t } = useTranslation("app");
  const [content, setContent] = useState<ReferralContent>({
    reason: referral.reason,
    urgency: referral.urgency,
    hospital: referral.hospital,
    department: referral.department,
    diagnosis_code: referral.diagnosis?.code,
  });
  const put = (part: Partial<ReferralContent>) => setContent({ ...content, ...part });
  const dirty =
    content.reason !== referral.reason ||
    content.urgency !== referral.urgency ||
    content.hospital !== referral.hospital ||
    content.department !== referral.department ||
    (content.diagnosis_code ?? undefined) !== referral.diagnosis?.code;
  const save = useAction(
    (body: { version: number; content: ReferralContent }, key) => api.referrals.change(referral.id, body, key),
    {
      onSuccess: onSaved,
    },
  );
  const send = useAction((version: number, key) => api.referrals.step(referral.id, "send", version, key), {
    onSuccess: (sent) => {
      notifications.show({ message: t("referrals.sent"), color: "green" });
      onSaved(sent);
    },
  });
  const submit = async () => {
    // What went wrong is shown below; the promise needs no second handler.
    const saved = dirty
      ? await save.mutateAsync({ version: referral.version, content }).catch(() => undefined)
      : referral;
    if (saved) send.mutate(saved.version);
  };
  const error = save.error ?? send.error;
  const wrong = (path: string) => fieldError(error, path, `content.${path}`);
  const ready = content.reason.trim() !== "" && content.hospital?.trim() && content.department?.trim();
  return (
    <form
      className={classes.card}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        <Textarea
          label={t("referrals.field.reason")}
          value={content.reason}
          onChange={(event) => put({ reason: event.currentTarget.value })}
          error={wrong("reason")}
          autosize
          minRows={3}
          required
        />
        <Group grow align="flex-start">
          <TextInput
            label={t("referrals.field.hospital")}
            value={content.hospital ?? ""}
            onChange={(event) => put({ hospital: event.currentTarget.value })}
            error={wrong("hospital")}
            required
          />
          <TextInput
            label={t("referrals.field.department")}
            placeholder={t("referrals.field.departmentExample")}
            value={content.department ?? ""}
            onChange={(event) => put({ department: event.currentTarget.value })}
            error={wrong("department")}
            required
          />
        </Group>
        <DiagnosisPicker
          label={t("referrals.field.diagnosis")}
          value={content.diagnosis_code ?? undefined}
          onChange={(diagnosis_code) => put({ diagnosis_code })}
          first={
            referral.diagnosis
              ? [
                  {
                    code: referral.diagnosis.code,
                    zh: referral.diagnosis.display_zh,
                    en: referral.diagnosis.display_en,
                  },
                ]
              : []
          }
          error={wrong("diagnosis_code")}
        />
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t("appointments.urgency")}
          </Text>
          <SegmentedControl
            aria-label={t("appointments.urgency")}
            value={content.urgency}
            onChange={(value) => put({ urgency: value as ReferralContent["urgency"] })}
            data={[
              { value: "routine", label: t("shared:urgency.routine") },
              { value: "urgent", label: t("shared:urgency.urgent") },
            ]}
          />
        </div>
        {error && <ProblemAlert error={error} />}
        <Group justify="space-between">
          {referral.allowed.includes("withdraw") ? (
            <WithReason referral={referral} step="withdraw" onDone={onSaved} />
          ) : (
            <span />
          )}
          <Group gap="xs">
            <Button
              variant="default"
              disabled={!dirty}
              loading={save.isPending}
              onClick={() => save.mutate({ version: referral.version, content })}
            >
              {t("referrals.saveDraft")}
            </Button>
            {referral.allowed.includes("send") && (
              <Button
                type="submit"
                leftSection={<IconSend size={18} aria-hidden />}
                disabled={!ready}
                loading={save.isPending || send.isPending}
              >
                {t("referrals.send")}
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
