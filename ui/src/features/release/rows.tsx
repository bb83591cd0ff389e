import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { rowsQuery } from "@/api/queries/release";
import type { Release, Row } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Empty, Failure, Skeleton } from "@/components/ui/states";
import { bytes, count } from "@/lib/format";
import { mediaWord } from "@/lib/media";
import { text } from "@/text";
import { ProofDialog } from "./proof";

const t = text.release;

/** Drawn only where rows are files. */
const RowMedia = lazy(() => import("./row-media"));

/** Rows as they stand in the release; each can be asked for its proof. A stopped release has none to show. */
export function Rows({ release }: { release: Release }) {
  if (!release.stopped_at) return <Shown release={release} />;
  const { next } = release;
  return (
    <Empty
      title={t.rowsStopped}
      action={
        next && (
          <Button asChild>
            <Link to="/releases/$id" params={{ id: next.id }}>
              {t.insteadUse(next.version)}
            </Link>
          </Button>
        )
      }
    >
      {t.rowsStoppedBody}
    </Empty>
  );
}

function Shown({ release }: { release: Release }) {
  const query = useInfiniteQuery(rowsQuery(release.id));
  const [proving, setProving] = useState<number | null>(null);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <p className="mb-4 max-w-[72ch] text-sm text-muted">{t.rowsHint}</p>
      {query.isPending && <Skeleton />}
      {query.error && !query.data && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && <Empty title={t.rowsEmpty} />}
      <ol>
        {rows.map((row) => (
          <RowLine key={row.index} row={row} onProve={() => setProving(row.index)} provable={release.root !== null && release.root !== undefined} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button className="mt-6" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {text.common.more}
        </Button>
      )}
      {proving !== null && release.root && <ProofDialog release={release.id} root={release.root} index={proving} onClose={() => setProving(null)} />}
    </>
  );
}

function RowLine({ row, onProve, provable }: { row: Row; onProve: () => void; provable: boolean }) {
  const [open, setOpen] = useState(false);
  const long = row.content.length > 360;
  return (
    <li className="grid gap-x-6 gap-y-2 border-t border-line py-4 md:grid-cols-[1fr_16rem]">
      {row.media ? (
        <Suspense fallback={<div className="skeleton h-18 max-w-96" />}>
          <RowMedia row={row} />
        </Suspense>
      ) : (
        <div className="min-w-0">
          <p className={`text-sm break-words whitespace-pre-wrap ${open ? "" : "line-clamp-5"}`}>{row.content}</p>
          {long && (
            <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="mt-1 py-0.5 text-xs text-blue underline underline-offset-2">
              {open ? text.contribute.onlyPlaces : text.contribute.wholeText}
            </button>
          )}
        </div>
      )}
      <div className="num text-xs text-muted">
        <p className="font-mono text-ink">{t.row(row.index)}</p>
        <p>
          <Link to="/contributors/$id" params={{ id: row.contributor }} className="text-ink underline underline-offset-2">
            {row.contributor_name}
          </Link>{" "}
          · {row.licence}
        </p>
        <p>
          <Link to="/submissions/$id" params={{ id: row.submission }} className="underline underline-offset-2">
            {row.media ? t.itemPage : t.span(row.span[0] ?? 0, row.span[1] ?? 0)}
          </Link>{" "}
          ({row.media ? [mediaWord(row.media.media_type), bytes(row.media.bytes)].join(", ") : `${count((row.span[1] ?? 0) - (row.span[0] ?? 0))} B`})
        </p>
        {provable && (
          <Button size="sm" className="mt-2" onClick={onProve} aria-label={`${t.prove}: ${t.row(row.index)}`}>
            {t.prove}
          </Button>
        )}
      </div>
    </li>
  );
}
