import { useRef, useState, type PointerEvent, type RefObject } from "react";

export interface Drag {
  from: number;
  to: number;
}

/** Dragging by finger, pen or mouse: pointer events, because the browser's own drag-and-drop does not hear fingers. */
export function useDragOrder(
  count: number,
  onMove: (from: number, to: number) => void,
): {
  list: RefObject<HTMLOListElement | null>;
  active: Drag | undefined;
  grab: (event: PointerEvent, from: number) => void;
} {
  const list = useRef<HTMLOListElement>(null);
  const [active, setActive] = useState<Drag>();
  const grab = (event: PointerEvent, from: number): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    // The rows' middles as they are before anything moves.
    const middles = [...(list.current?.children ?? [])].map((row) => {
      const { top, height } = row.getBoundingClientRect();
      return top + height / 2;
    });
    let to = from;
    setActive({ from, to });
    const over = (moving: globalThis.PointerEvent): void => {
      const next = placeAt(middles, moving.clientY, from);
      if (next === to || next >= count) return;
      to = next;
      setActive({ from, to });
    };
    const leave = (): void => {
      window.removeEventListener("pointermove", over);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", leave);
      setActive(undefined);
    };
    const drop = (): void => {
      leave();
      if (to !== from) onMove(from, to);
    };
    window.addEventListener("pointermove", over);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", leave);
  };
  return { list, active, grab };
}

/** The place over which the finger is: as many rows, without the dragged one, as have their middle above it. */
export function placeAt(middles: readonly number[], y: number, from: number): number {
  return middles.filter((middle, place) => place !== from && middle < y).length;
}
