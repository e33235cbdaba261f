import type { Referral, ReportBody } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Pill, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DiagnosisPicker } from "../common/DiagnosisPicker";
import { fieldError } from "../common/fields";

/** What the hospital found; it goes into the resident's record. */
export function ReportForm({
  referral,
  onDone,
  onCancel,
}: {
  referral: Referral;
  onDone: (referral: Referral) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("app");
  const [findings, setFindings] = useState("");
  const [advice, setAdvice] = useState("");
  const [codes, setCodes] = useState<string[]>(referral.diagnosis ? [referral.diagnosis.code] : []);
  const report = useAction((body: ReportBody, key) => api.referrals.report(referral.id, body, key), {
    onSuccess: onDone,
  });
  const ready = findings.trim() !== "" && advice.trim() !== "";
  const wrongCode = codes.map((_, n) => fieldError(report.error, `diagnosis_codes[${n}]`)).find(Boolean);
  return (
    <form
      aria-label={t("referrals.step.report")}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready)
          report.mutate({
            version: referral.version,
            findings: findings.trim(),
            advice: advice.trim(),
            diagnosis_codes: codes,
          });
      }}
    >
      <Stack gap="sm">
        <Textarea
          label={t("referrals.report.findings")}
          value={findings}
          onChange={(event) => setFindings(event.currentTarget.value)}
          error={fieldError(report.error, "findings")}
          autosize
          minRows={4}
          required
        />
        <div>
          <DiagnosisPicker
            label={t("referrals.report.diagnoses")}
            value={undefined}
            onChange={(code) => code && !codes.includes(code) && setCodes([...codes, code])}
            error={wrongCode}
          />
          <Group gap={6} mt={6}>
            {codes.length === 0 && (
              <Text size="sm" c="dimmed">
                {t("referrals.report.noDiagnoses")}
              </Text>
            )}
            {codes.map((code) => (
              <Pill
                key={code}
                withRemoveButton
                removeButtonProps={{
                  "aria-label": t("referrals.report.remove", { code }),
                  tabIndex: 0,
                  "aria-hidden": false,
                }}
                onRemove={() => setCodes(codes.filter((one) => one !== code))}
              >
                {code}
              </Pill>
            ))}
          </Group>
        </div>
        <Textarea
          label={t("referrals.report.advice")}
          value={advice}
          onChange={(event) => setAdvice(event.currentTarget.value)}
          error={fieldError(report.error, "advice")}
          autosize
          minRows={3}
          required
        />
        {report.isError && <ProblemAlert error={report.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={report.isPending}>
            {t("referrals.step.report")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
