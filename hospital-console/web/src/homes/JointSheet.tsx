import type { Home, JointConsultation } from "@yunzhen/client";
import { List, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DecisionSheet } from "../common/DecisionSheet";

/** What the switch does, in words, before it is turned. Guarded by its version: a retry after a lost answer is refused, not doubled. */
export function JointSheet({ home, joint, onClose }: { home: Home; joint: JointConsultation; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const on = !joint.allowed;
  const effects = t(on ? "homes.sheet.effectsOn" : "homes.sheet.effectsOff", { returnObjects: true }) as string[];
  return (
    <DecisionSheet
      title={t(on ? "homes.sheet.titleOn" : "homes.sheet.titleOff")}
      label={t("homes.sheet.reason")}
      hint={on ? t("homes.sheet.reasonHint") : undefined}
      required={t("homes.sheet.required")}
      confirm={t(on ? "homes.sheet.confirmOn" : "homes.sheet.confirmOff")}
      run={(reason, key) =>
        api.placement.setJointConsultation(home.id, { version: joint.version, allowed: on, reason }, key)
      }
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ["homes"] });
        onClose();
      }}
      onClose={onClose}
    >
      <div>
        <Text mb="xs">{t(on ? "homes.sheet.leadOn" : "homes.sheet.leadOff", { home: home.name })}</Text>
        <List>
          {effects.map((effect) => (
            <List.Item key={effect}>{effect}</List.Item>
          ))}
        </List>
      </div>
    </DecisionSheet>
  );
}
