import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { numberOf, numberProblem, sameNumber, type NumberRule } from "../number/rule";

type Own = "value" | "defaultValue" | "onChange" | "min" | "max" | "allowDecimal" | "decimalScale" | "clampBehavior";

export interface NumberFieldProps extends Omit<NumberInputProps, Own> {
  /** Nothing, or `NaN`, is an empty field. */
  value: number | undefined;
  /** What is typed, also when the rule does not take it (`fits` asks that); `undefined` when nothing is, `NaN` when it is no number. */
  onChange: (value: number | undefined) => void;
  rule: NumberRule;
}

/**
 * A number that a person types. It stays as it was typed: what the rule does not take is said at the field, in words, and is the form's not to send. Mantine's own bounds
 * and digits would write another number in its place, silently, so they only guide the arrows.
 */
export function NumberField({ value, onChange, rule, error, ...others }: NumberFieldProps) {
  const { t } = useTranslation("shared");
  // "1." and "0.0" are on the way to a number, and not yet written as one.
  const [typed, setTyped] = useState<string | number>("");
  const shown = sameNumber(numberOf(typed), value) ? typed : value === undefined || Number.isNaN(value) ? "" : value;
  const problem = numberProblem(numberOf(shown), rule);
  return (
    <NumberInput
      {...others}
      value={shown}
      onChange={(next) => {
        const text = typeof next === "bigint" ? String(next) : next;
        setTyped(text);
        onChange(numberOf(text));
      }}
      {...(rule.min === undefined ? {} : { min: rule.min })}
      {...(rule.max === undefined ? {} : { max: rule.max })}
      clampBehavior="none"
      trimLeadingZeroesOnBlur={false}
      error={problem ? t(`number.${problem}`, { ...rule }) : error}
    />
  );
}
