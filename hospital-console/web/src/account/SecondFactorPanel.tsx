import type { SecondFactorSetup } from "@yunzhen/client";
import { ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDeviceMobile } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { CodesSheet } from "./CodesSheet";
import { ProofSheet } from "./ProofSheet";
import { SetUpSheet } from "./SetUpSheet";

/** So few codes are soon none. */
const FEW = 3;

type Step =
  | { at: "begin" | "codes" | "remove" }
  | { at: "set-up"; setup: SecondFactorSetup }
  | { at: "shown"; codes: readonly string[]; isNew: boolean };

/** The authenticator app and the codes on paper. */
export function SecondFactorPanel({ onSetUp }: { onSetUp?: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>();
  const query = useQuery({ queryKey: keys.account.secondFactor, queryFn: () => api.ownAccess.secondFactor() });
  const close = () => setStep(undefined);
  const renewed = () => void queries.invalidateQueries({ queryKey: keys.account.all });
  const factor = query.data;
  const since = factor?.set_up_at;
  return (
    <Section title={t("account.app.title")} icon={<IconDeviceMobile size={20} aria-hidden />}>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {factor && (
        <Stack gap="sm">
          <Group gap="xs">
            <Text>{since ? t("account.app.on", { at: formats.dateTime(since) }) : t("account.app.off")}</Text>
            {factor.required && <StatusChip meaning="person">{t("account.app.required")}</StatusChip>}
          </Group>
          {since && (
            <Group gap="xs">
              <Text size="sm">{t("account.app.codesLeft", { count: factor.recovery_codes_left })}</Text>
              {factor.recovery_codes_left <= FEW && (
                <StatusChip meaning="person">{t("account.app.codesFew")}</StatusChip>
              )}
            </Group>
          )}
          <Group>
            <Button variant={since ? "default" : "filled"} onClick={() => setStep({ at: "begin" })}>
              {since ? t("account.app.again") : t("account.app.setUp")}
            </Button>
            {since && (
              <>
                <Button variant="default" onClick={() => setStep({ at: "codes" })}>
                  {t("account.app.newCodes")}
                </Button>
                <Button variant="subtle" color="red" onClick={() => setStep({ at: "remove" })}>
                  {t("account.app.remove")}
                </Button>
              </>
            )}
          </Group>
        </Stack>
      )}
      {step?.at === "begin" && (
        <ProofSheet
          title={t("account.app.setUp")}
          withCode={since !== undefined}
          run={(proof) => api.ownAccess.beginSecondFactor(proof)}
          onDone={(setup) => setStep({ at: "set-up", setup })}
          onClose={close}
        />
      )}
      {step?.at === "set-up" && (
        <SetUpSheet
          setup={step.setup}
          onDone={(codes) => {
            renewed();
            setStep({ at: "shown", codes, isNew: true });
          }}
          onClose={close}
        />
      )}
      {step?.at === "codes" && (
        <ProofSheet
          title={t("account.app.newCodes")}
          withCode
          run={(proof) => api.ownAccess.makeRecoveryCodes(proof)}
          onDone={({ recovery_codes }) => {
            renewed();
            setStep({ at: "shown", codes: recovery_codes, isNew: false });
          }}
          onClose={close}
        />
      )}
      {step?.at === "remove" && (
        <ProofSheet
          title={t("account.app.remove")}
          lead={t("account.app.removeLead")}
          confirm={t("account.app.remove")}
          withCode
          danger
          run={(proof) => api.ownAccess.removeSecondFactor(proof)}
          onDone={() => {
            renewed();
            close();
          }}
          onClose={close}
        />
      )}
      {step?.at === "shown" && (
        <CodesSheet
          codes={step.codes}
          onClose={() => {
            close();
            if (step.isNew) onSetUp?.();
          }}
        />
      )}
    </Section>
  );
}
