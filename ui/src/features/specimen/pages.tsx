import { ChevronLeft, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { Finding, Reading } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { pageOf, sheetsOf } from "@/lib/pages";
import { text } from "@/text";
import { PageDrawing } from "./page-drawing";
import { SpecimenText } from "./specimen-text";

const t = text.specimen;

interface PagesProps {
  reading: Reading;
  findings: readonly Finding[];
  current: number | null;
  whole: boolean;
}

/** A document page by page, or as running text. */
export default function Pages({ reading, findings, current, whole }: PagesProps) {
  const sheets = useMemo(() => sheetsOf(reading), [reading]);
  const boxes = useMemo(() => findings.map((finding) => pageOf(finding, reading)), [findings, reading]);
  const first = boxes.find((box) => box)?.page ?? 1;
  const [view, setView] = useState<"pages" | "text">("pages");
  const [number, setNumber] = useState(first);
  const [followed, setFollowed] = useState(current);
  // A finding that is chosen turns the page; from there one may leaf on.
  if (followed !== current) {
    setFollowed(current);
    const page = current === null ? null : boxes[current]?.page;
    if (page) setNumber(page);
  }
  if (!sheets) return null;
  const last = sheets.length;
  const page = sheets[number - 1] ?? sheets[0];
  if (!page) return null;
  return (
    <div className="min-w-0">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <Segmented
          label={t.view}
          value={view}
          onChange={setView}
          options={[
            { value: "pages", label: t.pages },
            { value: "text", label: t.text },
          ]}
        />
        {view === "pages" && (
          <div className="flex items-center gap-1">
            <Button look="plain" size="icon" aria-label={t.previousPage} disabled={number <= 1} onClick={() => setNumber(number - 1)}>
              <ChevronLeft size={18} aria-hidden="true" className="rtl:rotate-180" />
            </Button>
            <p aria-live="polite" className="num min-w-24 text-center text-sm">
              {t.page(number, last)}
            </p>
            <Button look="plain" size="icon" aria-label={t.nextPage} disabled={number >= last} onClick={() => setNumber(number + 1)}>
              <ChevronRight size={18} aria-hidden="true" className="rtl:rotate-180" />
            </Button>
          </div>
        )}
      </div>
      {view === "pages" ? (
        <>
          <PageDrawing page={page} findings={findings} boxes={boxes} current={current} tall={whole} />
          <p className="mt-1 text-xs text-muted">{t.pageHint}</p>
        </>
      ) : (
        <SpecimenText source={reading.text} reading={reading} findings={findings} current={current} whole={whole} prose={whole} cut={reading.cut} className={whole ? "max-h-[68vh]" : undefined} />
      )}
    </div>
  );
}
