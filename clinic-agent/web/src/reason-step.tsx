import { Group, Textarea } from "@mantine/core";
import type { ApiError } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { saidAt } from "./said-at";
import { PrimaryButton } from "./shell";

interface ReasonStepProps {
  label: string;
  /** On the button. */
  action: string;
  color?: string;
  reason: string;
  onReason: (reason: string) => void;
  step: { error: ApiError | null; isPending: boolean };
  onStep: (reason: string) => void;
  "data-autofocus"?: boolean;
}

/** A step that has to be given a reason: the field, what the relay says of it, and the button. What was typed stays with the caller. */
export function ReasonStep({ label, action, color, reason, onReason, step, onStep, ...input }: ReasonStepProps) {
  const given = reason.trim();
  return (
    <>
      <Textarea
        label={label}
        value={reason}
        onChange={(event) => onReason(event.currentTarget.value)}
        error={saidAt(step.error, "reason")}
        autosize
        minRows={2}
        {...input}
      />
      {step.error && <ProblemAlert error={step.error} />}
      <Group justify="flex-end">
        <PrimaryButton color={color} disabled={given === ""} loading={step.isPending} onClick={() => onStep(given)}>
          {action}
        </PrimaryButton>
      </Group>
    </>
  );
}
