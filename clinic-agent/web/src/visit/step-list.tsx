import type { TimelineStep } from "@yunzhen/client";
import { useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";

/** Steps in their order, with when and by whom. `words` is where they are called by name; one that is new to this page is shown as it came. */
export function StepList({ steps, words }: { steps: readonly TimelineStep[]; words: string }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  return (
    <ol>
      {steps.map((step, place) => (
        <li key={`${step.step}${step.at}`} aria-current={place === steps.length - 1 ? "step" : undefined}>
          <strong>{i18n.exists(`${words}.${step.step}`) ? t(`${words}.${step.step}`) : step.step}</strong>
          <span className="nurse-dim">
            {formats.dateTime(step.at)}
            {step.who && ` · ${step.who}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
