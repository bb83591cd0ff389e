import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { contributorQuery } from "@/api/queries/datanet";
import type { ContributorBoard } from "@/api/types";
import { LineChart, type Series } from "@/components/chart/line";
import { TierMark } from "@/components/mark/state";
import { CopyId } from "@/components/ui/copy";
import { Figure, Page } from "@/components/ui/page";
import { Empty, Loaded, Note } from "@/components/ui/states";
import { basisPoints, count } from "@/lib/format";
import { text } from "@/text";

const t = text.standing;

export function ContributorPage({ id }: { id: string }) {
  const query = useQuery(contributorQuery(id));
  return (
    <Page
      title={query.data?.name ?? t.contributorTitle}
      eyebrow={t.contributorTitle}
      crumbs={[
        { label: text.record.title, to: "/record" },
        { label: t.title, to: "/standing" },
      ]}
    >
      <Loaded query={query}>
        {(contributor) => (
          <>
            {contributor.imported && <Note className="mb-6">{t.imported}</Note>}
            {contributor.boards.length === 0 && <Empty title={t.noBoards}>{t.noBoardsBody}</Empty>}
            {contributor.boards.map((board) => (
              <Board key={board.datanet ?? "overall"} board={board} />
            ))}
            <CopyId value={contributor.id} label={text.common.copyId} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Board({ board }: { board: ContributorBoard }) {
  const { entry, history } = board;
  const name = board.datanet ? board.datanet_name : t.overall;
  const raw = entry.rate_bp === null || entry.rate_bp === undefined ? t.noRate : basisPoints(entry.rate_bp);
  const proven = basisPoints(entry.standing_bp);
  const series: Series[] = [
    { label: t.proven, values: history.map((point) => point.standing_bp / 100), color: "gold", width: 2, stepped: true },
    { label: t.raw, values: history.map((point) => point.rate_bp / 100), color: "muted", width: 1, dash: [4, 4] },
  ];
  return (
    <section className="mb-10 border-t border-line pt-6">
      <div className="mb-5 flex flex-wrap items-center gap-x-8 gap-y-3">
        <h2 className="text-lg font-semibold">
          {board.datanet ? (
            <Link to="/datanets/$id" params={{ id: board.datanet }} search={{ tab: "standing" }} className="hover:underline">
              {name}
            </Link>
          ) : (
            name
          )}
        </h2>
        <TierMark tier={entry.tier} />
      </div>
      <dl className="mb-5 flex flex-wrap gap-x-10 gap-y-3">
        <Figure value={proven} label={t.proven} tone="text-gold" />
        <Figure value={raw} label={t.raw} />
        <Figure value={`${entry.rank}`} label={t.rank} />
        <Figure value={count(entry.accepted)} label={text.datanet.counts.accepted} />
        <Figure value={count(entry.rejected)} label={text.datanet.counts.rejected} />
      </dl>
      {history.length === 0 ? (
        <p className="text-muted">{t.historyEmpty}</p>
      ) : (
        <LineChart
          title={t.history}
          caption={t.historyCaption(name, proven, raw, history.length)}
          x={history.map((_, i) => i + 1)}
          series={series}
          xLabel={(n) => `${t.decision} ${n}`}
          yLabel={(percent) => `${percent.toFixed(0)} %`}
          height={240}
        />
      )}
    </section>
  );
}
