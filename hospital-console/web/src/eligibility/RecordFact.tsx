import type { Standing } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DiagnosisPicker } from "../common/DiagnosisPicker";
import { dateOf } from "../common/dates";
import { fieldError } from "../common/fields";

/** Records that the signed-in doctor saw the resident in person. Nobody records it for somebody else. */
export function RecordFact({
  residentId,
  missing,
  onDone,
  onClose,
}: {
  residentId: string;
  missing: Standing[];
  onDone: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const [code, setCode] = useState<string | undefined>(missing[0]?.diagnosis_code);
  const [seenOn, setSeenOn] = useState(dateOf(Date.now()));
  const [evidence, setEvidence] = useState("");
  const record = useAction(
    (body: { diagnosis_code: string; seen_on: string; evidence: string }, key) =>
      api.eligibility.record(residentId, body, key),
    {
      onSuccess: () => {
        onDone();
        onClose();
      },
    },
  );
  const ready = code !== undefined && seenOn !== "" && evidence.trim() !== "";
  return (
    <Modal opened onClose={onClose} title={t("eligibility.record.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) record.mutate({ diagnosis_code: code, seen_on: seenOn, evidence: evidence.trim() });
        }}
      >
        <Stack>
          <Text>{t("eligibility.record.lead")}</Text>
          <DiagnosisPicker
            value={code}
            onChange={setCode}
            first={missing.map((s) => ({ code: s.diagnosis_code, zh: s.display_zh, en: s.display_en }))}
            error={fieldError(record.error, "diagnosis_code")}
          />
          <TextInput
            type="date"
            label={t("eligibility.record.seenOn")}
            value={seenOn}
            max={dateOf(Date.now())}
            onChange={(event) => setSeenOn(event.currentTarget.value)}
            error={fieldError(record.error, "seen_on")}
            required
          />
          <Textarea
            label={t("eligibility.record.evidence")}
            description={t("eligibility.record.evidenceHint")}
            value={evidence}
            onChange={(event) => setEvidence(event.currentTarget.value)}
            error={fieldError(record.error, "evidence")}
            autosize
            minRows={3}
            required
          />
          {record.isError && <ProblemAlert error={record.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" disabled={!ready} loading={record.isPending}>
              {t("eligibility.record.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
