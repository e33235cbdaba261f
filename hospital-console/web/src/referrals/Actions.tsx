import type { Referral } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { AcceptForm } from "./AcceptForm";
import { ReportForm } from "./ReportForm";
import { WithReason } from "./WithReason";
import classes from "./referrals.module.css";

/** What can be done now: by the hospital that got it, or by the side that sent it. The relay says which. */
export function Actions({ referral, onDone }: { referral: Referral; onDone: (referral: Referral) => void }) {
  const { t } = useTranslation("app");
  const [form, setForm] = useState<"accept" | "report">();
  const step = useAction(
    ({ name, version }: { name: "see" | "start"; version: number }, key) =>
      api.referrals.step(referral.id, name, version, key),
    { onSuccess: onDone },
  );
  const may = (command: string) => referral.allowed.includes(command);
  const done = (next: Referral) => {
    setForm(undefined);
    onDone(next);
  };
  const moving = referral.state === "accepted";
  return (
    <section className={classes.card} aria-label={t("referrals.next")}>
      <Stack gap="sm">
        <Text>{t(`referrals.now.${referral.state}`)}</Text>
        {step.isError && <ProblemAlert error={step.error} />}
        {!form && referral.allowed.length > 0 && (
          <Group gap="xs">
            {may("accept") && (
              <Button variant={moving ? "default" : "filled"} onClick={() => setForm("accept")}>
                {t(moving ? "referrals.step.move" : "referrals.step.accept")}
              </Button>
            )}
            {may("report") && <Button onClick={() => setForm("report")}>{t("referrals.step.report")}</Button>}
            {may("answer-information") && (
              <WithReason referral={referral} step="answer-information" primary onDone={onDone} />
            )}
            {(["see", "start"] as const).map(
              (name) =>
                may(name) && (
                  <Button
                    key={name}
                    variant="default"
                    loading={step.isPending && step.variables.name === name}
                    onClick={() => step.mutate({ name, version: referral.version })}
                  >
                    {t(`referrals.step.${name}`)}
                  </Button>
                ),
            )}
            {(["ask-information", "miss-appointment", "refuse", "withdraw"] as const).map(
              (name) => may(name) && <WithReason key={name} referral={referral} step={name} onDone={onDone} />,
            )}
          </Group>
        )}
        {form === "accept" && <AcceptForm referral={referral} onDone={done} onCancel={() => setForm(undefined)} />}
        {form === "report" && <ReportForm referral={referral} onDone={done} onCancel={() => setForm(undefined)} />}
      </Stack>
    </section>
  );
}
