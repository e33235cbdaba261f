import { Button } from "@mantine/core";
import { IconEraser } from "@tabler/icons-react";
import { useRef, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { pathOf, type Point, type Stroke } from "./signature-path";

/** A field to sign in with a finger, a pen or a mouse. */
export function SignaturePad({
  strokes,
  onChange,
  error,
}: {
  strokes: readonly Stroke[];
  onChange: (change: (before: readonly Stroke[]) => readonly Stroke[]) => void;
  error?: string;
}) {
  const { t } = useTranslation();
  const field = useRef<SVGSVGElement>(null);
  const drawing = useRef<number | undefined>(undefined);
  const pointOf = (event: { clientX: number; clientY: number }): Point => {
    const box = field.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const begin = (event: PointerEvent<SVGSVGElement>): void => {
    // One finger signs; a palm that touches meanwhile does not.
    if (drawing.current !== undefined) return;
    drawing.current = event.pointerId;
    event.currentTarget.setPointerCapture(event.pointerId);
    const first = pointOf(event);
    onChange((before) => [...before, [first]]);
  };
  const draw = (event: PointerEvent<SVGSVGElement>): void => {
    if (drawing.current !== event.pointerId) return;
    const between = event.nativeEvent.getCoalescedEvents?.() ?? [];
    const points = (between.length > 0 ? between : [event]).map(pointOf);
    onChange((before) => [...before.slice(0, -1), [...(before.at(-1) ?? []), ...points]]);
  };
  const end = (event: PointerEvent<SVGSVGElement>): void => {
    if (drawing.current === event.pointerId) drawing.current = undefined;
  };
  return (
    <div className="nurse-signature">
      <div className="nurse-signature-head">
        <strong id="signature-label">{t("app:consents.sign.here")}</strong>
        <Button
          variant="default"
          leftSection={<IconEraser aria-hidden />}
          disabled={strokes.length === 0}
          onClick={() => onChange(() => [])}
        >
          {t("app:consents.sign.clear")}
        </Button>
      </div>
      <svg
        ref={field}
        role="img"
        aria-labelledby="signature-label"
        data-testid="signature"
        className={error ? "nurse-signature-bad" : ""}
        onPointerDown={begin}
        onPointerMove={draw}
        onPointerUp={end}
        onPointerCancel={end}
      >
        <line x1="5%" x2="95%" y1="78%" y2="78%" className="nurse-signature-line" />
        <path d={pathOf(strokes)} className="nurse-signature-ink" />
      </svg>
      {error && (
        <p role="alert" className="nurse-line-error">
          {error}
        </p>
      )}
    </div>
  );
}
