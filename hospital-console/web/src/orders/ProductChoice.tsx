import type { PrescriptionItem, SubstitutionReason } from "@yunzhen/client";
import { useStrength } from "@yunzhen/client/ui";
import { Group, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { problemAt } from "../common/problemAt";
import { drugName } from "../prescriptions/DrugSearch";
import type { Instead } from "./pick";

const REASONS: readonly SubstitutionReason[] = ["out_of_stock", "short_dated", "recalled", "handling"];

interface Props {
  item: PrescriptionItem;
  instead: Instead | undefined;
  /** Somebody wanted to go on without a reason. */
  tried: boolean;
  /** What the relay said of the line's first pack, and where that stands. */
  error: unknown;
  path: string;
  onChange: (instead: Instead | undefined) => void;
}

/** Which product goes out for a line where the prescriber allows another strength, and why. */
export function ProductChoice({ item, instead, tried, error, path, onChange }: Props) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const words = (drug: PrescriptionItem["drug"]) => ({
    name: drugName(drug, i18n.language),
    strength: strength(drug.strength),
  });
  const others = item.substitutes ?? [];
  return (
    <Group align="flex-start" gap="sm" mt="xs" data-testid={`product-${item.no}`}>
      <Select
        label={t("orders.substitution.product")}
        allowDeselect={false}
        value={instead?.substitute.drug.id ?? item.drug.id}
        error={problemAt(error, `${path}.drug_id`)}
        data={[
          { value: item.drug.id, label: t("orders.substitution.prescribed", words(item.drug)) },
          ...others.map(({ drug, factor }) => ({
            value: drug.id,
            label: t("orders.substitution.other", { ...words(drug), factor }),
          })),
        ]}
        onChange={(id) => {
          const substitute = others.find(({ drug }) => drug.id === id);
          onChange(substitute && { substitute, reason: instead?.reason });
        }}
        miw={320}
      />
      {instead && (
        <Select
          label={t("orders.substitution.reason")}
          required
          value={instead.reason ?? null}
          error={
            tried && !instead.reason
              ? t("orders.substitution.reasonRequired")
              : problemAt(error, `${path}.substitution_reason`)
          }
          data={REASONS.map((value) => ({ value, label: t(`shared:parcel.filling.substitution.${value}`) }))}
          onChange={(reason) => onChange({ ...instead, reason: (reason as SubstitutionReason | null) ?? undefined })}
        />
      )}
    </Group>
  );
}
