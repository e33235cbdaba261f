import type { DecisionCode, Delivery } from "@yunzhen/client";
import { ExcursionWords } from "@yunzhen/client/ui";
import { Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DecisionSheet } from "../common/DecisionSheet";
import { codesFor, type Decision } from "./decisions";

/** Letting a parcel go on, or having it brought back: for a reason that everybody reads who was not there. */
export function Decide({
  delivery,
  decision,
  onDone,
  onClose,
}: {
  delivery: Delivery;
  decision: Decision;
  onDone: (next: Delivery) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const [code, setCode] = useState<DecisionCode>();
  const [tried, setTried] = useState(false);
  return (
    <DecisionSheet
      title={t(`orders.recover.${decision}.title`)}
      label={t("orders.recover.words")}
      hint={t("orders.recover.wordsHint")}
      required={t("orders.recover.wordsMissing")}
      confirm={t(`orders.recover.${decision}.button`)}
      choice={code}
      missing={code === undefined}
      onMissing={() => setTried(true)}
      run={(reason, key) =>
        // The sheet sends nothing while none is chosen.
        api.parcels.decide(delivery.id, decision, { version: delivery.version, code: code ?? "other", reason }, key)
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Text>{t(`orders.recover.${decision}.hint`)}</Text>
      <ExcursionWords delivery={delivery} />
      <Radio.Group
        label={t("orders.recover.why")}
        value={code ?? null}
        onChange={(value) => setCode(value as DecisionCode)}
        error={tried && code === undefined ? t("orders.recover.whyMissing") : undefined}
      >
        <Stack gap="xs" mt={4}>
          {codesFor(decision, delivery).map((value) => (
            <Radio key={value} value={value} label={t(`shared:parcel.decision.code.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </DecisionSheet>
  );
}
