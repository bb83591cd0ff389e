import { useEffect, useRef } from "react";
import type { SoundPicture } from "@/lib/sound";

export type Draw = (canvas: HTMLCanvasElement, picture: SoundPicture, colour: (token: string) => string) => void;

interface SoundCanvasProps {
  label: string;
  height: number;
  draw: Draw;
  picture: SoundPicture;
}

/** A drawing that is made anew when its width or the theme changes. */
export function SoundCanvas({ label, height, draw, picture }: SoundCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return undefined;
    function paint(): void {
      if (!canvas) return;
      const dense = window.devicePixelRatio || 1;
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * dense));
      canvas.height = Math.round(height * dense);
      const style = getComputedStyle(document.documentElement);
      draw(canvas, picture, (token) => style.getPropertyValue(token).trim());
    }
    paint();
    const sized = new ResizeObserver(paint);
    sized.observe(canvas);
    const themed = new MutationObserver(paint);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-contrast"] });
    return () => {
      sized.disconnect();
      themed.disconnect();
    };
  }, [draw, height, picture]);
  return <canvas ref={ref} role="img" aria-label={label} className="block w-full" style={{ height }} />;
}
