import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from "react";

const MOST = 16;
const STEP = 1.4;

interface View {
  scale: number;
  x: number;
  y: number;
}

const fitted: View = { scale: 1, x: 0, y: 0 };

function scaled(view: View, by: number): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * by));
  if (scale === 1) return fitted;
  const real = scale / view.scale;
  return { scale, x: view.x * real, y: view.y * real };
}

/** Wheel, buttons, keys and fingers on one picture. */
export function useZoom() {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(fitted);
  const held = useRef<{ x: number; y: number } | null>(null);
  const closer = useCallback(() => setView((v) => scaled(v, STEP)), []);
  const further = useCallback(() => setView((v) => scaled(v, 1 / STEP)), []);
  const fit = useCallback(() => setView(fitted), []);
  const move = (dx: number, dy: number) => setView((v) => (v.scale === 1 ? v : { ...v, x: v.x + dx, y: v.y + dy }));
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    // React listens passively; only a listener of one's own keeps the page from scrolling along.
    function onWheel(event: WheelEvent): void {
      event.preventDefault();
      setView((v) => scaled(v, event.deltaY < 0 ? 1.15 : 1 / 1.15));
    }
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);
  const keys: Record<string, () => void> = {
    ArrowLeft: () => move(60, 0),
    ArrowRight: () => move(-60, 0),
    ArrowUp: () => move(0, 60),
    ArrowDown: () => move(0, -60),
    "+": closer,
    "=": closer,
    "-": further,
    "0": fit,
  };
  return {
    frame,
    scale: view.scale,
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    closer,
    further,
    fit,
    onKeyDown(event: KeyboardEvent) {
      const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
      if (!act || (view.scale === 1 && event.key.startsWith("Arrow"))) return;
      event.preventDefault();
      act();
    },
    onPointerDown(event: PointerEvent) {
      if (view.scale === 1) return;
      held.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent) {
      if (!held.current) return;
      move(event.clientX - held.current.x, event.clientY - held.current.y);
      held.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp() {
      held.current = null;
    },
  };
}
