import { Link } from "@tanstack/react-router";
import { CircleHelp, SkipForward } from "lucide-react";
import { useState } from "react";
import type { Finding, RejectReason } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { Markdown } from "@/components/ui/markdown";
import { Meter } from "@/components/ui/meter";
import { Page } from "@/components/ui/page";
import { Empty, Failure, Skeleton } from "@/components/ui/states";
import { Words } from "@/components/ui/words";
import { useKeys } from "@/lib/keys";
import { hasPlace } from "@/lib/place";
import { problemOf } from "@/lib/problem";
import { text } from "@/text";
import { Evidence, Keys } from "./evidence";
import { ItemView } from "./item-view";
import { RejectPanel } from "./reject-panel";
import { UndoBar } from "./undo-bar";
import { type Sitting, useSitting } from "./use-sitting";

const t = text.review;

/** One item at a time, keyboard first. */
export function ReviewPage({ id }: { id: string }) {
  const sitting = useSitting(id);
  const [rejecting, setRejecting] = useState(false);
  const item = sitting.item.data;
  const [shown, setShown] = useState<{ item: string; finding: number } | null>(null);
  const here = item?.submission.id ?? "";
  const current = shown?.item === here ? shown.finding : null;
  const choose = (finding: number) => setShown({ item: here, finding });
  const ready = Boolean(item) && !sitting.busy;
  const act = (action: () => unknown) => {
    setRejecting(false);
    void Promise.resolve(action()).catch(() => undefined);
  };
  const accept = () => ready && act(() => sitting.decide("accepted", []));
  // The panel stays open, with what was typed, until the server has taken it.
  const reject = (reasons: RejectReason[], note: string) =>
    void sitting
      .decide("rejected", reasons, note || undefined)
      .then(() => setRejecting(false))
      .catch(() => undefined);
  const cannot = () => ready && act(sitting.cannotJudge);
  const skip = () => ready && act(sitting.skip);
  useKeys(
    { n: () => choose(nextPlace(item?.submission.findings ?? [], current)), a: accept, r: () => ready && setRejecting(true), s: skip, j: skip, c: cannot, k: () => act(sitting.previous), u: () => act(sitting.undo) },
    !rejecting,
  );
  const name = sitting.queue?.datanet_name ?? t.title;
  return (
    <Page title={name} crumbs={[{ label: t.title, to: "/review" }]} wide actions={item && <Position sitting={sitting} />}>
      {sitting.item.error && <Failure error={sitting.item.error} retry={() => void sitting.item.refetch()} />}
      {sitting.item.isPending && <Skeleton />}
      {item === null && <Done sitting={sitting} />}
      {item && (
        <div className="grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
          <div className="min-w-0 lg:col-start-2">
            <Guidelines source={sitting.queue?.guidelines ?? ""} />
          </div>
          <div className="min-w-0 lg:col-start-1 lg:row-span-2 lg:row-start-1">
            <ItemView key={here} item={item} current={current} onChoose={choose} keys={!rejecting} />
          </div>
          <aside className="min-w-0 lg:col-start-2">
            <Evidence item={item} current={current} onChoose={choose} />
            <Keys kind={item.preview?.kind === "image" ? "image" : item.sound_url ? "audio" : "text"} />
          </aside>
        </div>
      )}
      <div className="sticky bottom-0 z-20 -mx-4 mt-4 border-t border-line bg-paper max-md:bottom-14 sm:-mx-6 lg:-mx-8">
        <div className="absolute end-4 bottom-full mb-3">
          <UndoBar sitting={sitting} />
        </div>
        {sitting.overtaken && (
          <p role="status" className="border-b border-blue bg-blue-wash px-4 py-2 text-sm sm:px-6 lg:px-8">
            {t.overtaken}
          </p>
        )}
        {item && sitting.error && <Failed error={sitting.error} />}
        {item && rejecting && <RejectPanel key={here} busy={sitting.busy} onCancel={() => setRejecting(false)} onConfirm={reject} />}
        {item && !rejecting && (
          <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto_auto] gap-2 px-4 py-3 max-sm:py-2 sm:flex sm:px-6 lg:px-8">
            <Button look="primary" disabled={!ready} onClick={accept}>
              {t.accept} <Kbd>A</Kbd>
            </Button>
            <Button disabled={!ready} onClick={() => setRejecting(true)}>
              {t.reject} <Kbd>R</Kbd>
            </Button>
            <Button look="plain" className="max-sm:px-3" title={t.skip} disabled={!ready} onClick={skip}>
              <SkipForward size={18} aria-hidden="true" className="sm:hidden rtl:rotate-180" />
              <span className="max-sm:sr-only">{t.skip}</span>
              <span className="max-sm:hidden">
                <Kbd>S</Kbd>
              </span>
            </Button>
            <Button look="plain" className="max-sm:px-3" title={t.cannotJudge} disabled={!ready} onClick={cannot}>
              <CircleHelp size={18} aria-hidden="true" className="sm:hidden" />
              <span className="max-sm:sr-only">{t.cannotJudge}</span>
              <span className="max-sm:hidden">
                <Kbd>C</Kbd>
              </span>
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}

/** A decision that did not reach the server, told where it was made. */
function Failed({ error }: { error: unknown }) {
  const problem = problemOf(error);
  return (
    <div role="alert" className="border-b border-amber bg-amber-wash px-4 py-2 text-sm sm:px-6 lg:px-8">
      <p className="font-medium">
        {t.notTaken} {problem.detail}
      </p>
      <p>
        <Words>{problem.hint}</Words>
      </p>
    </div>
  );
}

/** The next finding with a place, around and around. */
export function nextPlace(findings: readonly Finding[], current: number | null): number {
  const placed = findings.flatMap((finding, i) => (hasPlace(finding) ? [i] : []));
  return placed.find((i) => i > (current ?? -1)) ?? placed[0] ?? 0;
}

function Position({ sitting }: { sitting: Sitting }) {
  const { at, all, passed } = sitting.position;
  const shown = t.position(at, all);
  return (
    <div className="w-40" aria-live="polite">
      <p className="num mb-1 text-end text-sm">{shown}</p>
      <Meter value={passed} max={all} label={t.positionLabel} shown={shown} tone="gold" />
    </div>
  );
}

function Guidelines({ source }: { source: string }) {
  return (
    <details open={window.innerWidth >= 1024}>
      <summary className="mb-2 border-b border-line pb-2 text-base font-semibold">{t.guidelines}</summary>
      {source ? <Markdown source={source} /> : <p className="text-muted">{text.datanet.noGuidelines}</p>}
    </details>
  );
}

function Done({ sitting }: { sitting: Sitting }) {
  const { skipped } = sitting;
  return (
    <Empty
      title={skipped > 0 ? t.skippedTitle : t.doneTitle}
      action={
        <div className="flex flex-wrap justify-center gap-3">
          {skipped > 0 && (
            <Button look="primary" onClick={sitting.again}>
              {t.again(skipped)}
            </Button>
          )}
          <Button asChild>
            <Link to="/review">{t.back}</Link>
          </Button>
        </div>
      }
    >
      {skipped > 0 ? t.skippedBody(sitting.done, skipped) : t.doneBody(sitting.done)}
    </Empty>
  );
}
