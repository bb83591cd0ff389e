import { Link } from "@tanstack/react-router";
import type { Leaderboard, LeaderboardEntry } from "@/api/types";
import { TierMark } from "@/components/mark/state";
import { Words } from "@/components/ui/markdown";
import { Empty, Note } from "@/components/ui/states";
import { Tip } from "@/components/ui/tip";
import { cx } from "@/lib/cx";
import { basisPoints, date } from "@/lib/format";
import { text } from "@/text";

const t = text.standing;

/** Where tiers begin, in basis points. */
const tiers = [
  { at: 1500, name: text.state.tier.Proven },
  { at: 6000, name: text.state.tier.Trusted },
  { at: 8000, name: text.state.tier.Expert },
];

/** A ladder of proven rate. How much somebody gave is nowhere on it. */
export function Ladder({ board, me }: { board: Leaderboard; me?: string }) {
  return (
    <div>
      <Note tone="gold" className="mb-6 max-w-[72ch]">
        <p>
          <Words source={board.explanation} />
        </p>
        <p className="mt-1 text-xs text-muted">
          {[t.counts[board.counts] ?? board.counts, t.season(board.season, date(board.season_ends_at))].join(" · ")}
        </p>
      </Note>
      {board.entries.length === 0 ? (
        <Empty title={t.emptyTitle}>{board.counts === "panel" ? t.emptyPanel : t.emptyBody}</Empty>
      ) : (
        <>
          <p className="mb-4 text-sm text-muted">{t.ladderHint}</p>
          <Scale />
          <ol aria-label={t.ladder}>
            {board.entries.map((entry) => (
              <Rung key={entry.contributor} entry={entry} mine={entry.contributor === me} explanation={board.explanation} />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

const columns = "sm:grid-cols-[2.5rem_minmax(7rem,14rem)_1fr_7.5rem]";

function Scale() {
  return (
    <div aria-hidden="true" className={cx("hidden items-end gap-x-4 pb-1 text-xs text-muted sm:grid", columns)}>
      <span className="num text-end">#</span>
      <span>{t.who}</span>
      <span className="relative h-4">
        {tiers.map((tier) => (
          <span key={tier.at} className="absolute -translate-x-1/2 whitespace-nowrap max-lg:hidden" style={{ insetInlineStart: `${tier.at / 100}%` }}>
            {tier.name}
          </span>
        ))}
      </span>
      <span>{t.tier}</span>
    </div>
  );
}

function Rung({ entry, mine, explanation }: { entry: LeaderboardEntry; mine: boolean; explanation: string }) {
  const proven = basisPoints(entry.standing_bp);
  const raw = entry.rate_bp === null || entry.rate_bp === undefined ? t.noRate : basisPoints(entry.rate_bp);
  return (
    <li className={cx("border-t border-line", mine && "bg-gold-wash")}>
      <Tip label={<Words source={explanation} />}>
        <Link
          to="/contributors/$id"
          params={{ id: entry.contributor }}
          aria-label={`${entry.rank}. ${t.rowLabel(entry.name, proven, raw)}, ${text.state.tier[entry.tier]}`}
          className={cx("group grid grid-cols-[2rem_1fr_auto] items-center gap-x-4 gap-y-1 py-3 sm:py-2", columns)}
        >
          <span className="num text-end text-muted">{entry.rank}</span>
          <span className="truncate font-medium group-hover:underline">
            {entry.name}
            {mine && <span className="ms-2 text-xs font-normal text-gold">{text.common.youSuffix}</span>}
          </span>
          <span className="sm:order-last">
            <TierMark tier={entry.tier} />
          </span>
          <Bar entry={entry} proven={proven} raw={raw} />
        </Link>
      </Tip>
    </li>
  );
}

/** Gold up to what is proven, a thin line on to the raw rate. */
function Bar({ entry, proven, raw }: { entry: LeaderboardEntry; proven: string; raw: string }) {
  const from = entry.standing_bp / 100;
  const to = Math.max(from, (entry.rate_bp ?? entry.standing_bp) / 100);
  const labelLeft = to > 72;
  return (
    <span aria-hidden="true" className="relative col-span-3 h-8 sm:col-span-1">
      {tiers.map((tier) => (
        <span key={tier.at} className="absolute inset-y-0 w-px bg-line" style={{ insetInlineStart: `${tier.at / 100}%` }} />
      ))}
      <span className="absolute start-0 top-4 h-2.5 rounded-e-sm bg-gold-fill" style={{ inlineSize: `${from}%` }} />
      <span className="absolute top-5 h-px bg-line-strong" style={{ insetInlineStart: `${from}%`, inlineSize: `${to - from}%` }} />
      <span className="absolute top-[17px] size-1.5 -translate-x-1/2 rotate-45 border border-line-strong bg-paper rtl:translate-x-1/2" style={{ insetInlineStart: `${to}%` }} />
      <span className="num absolute top-0 text-xs font-semibold text-gold" style={from > 12 ? { insetInlineEnd: `${100 - from}%` } : { insetInlineStart: 0 }}>
        {proven}
      </span>
      {entry.rate_bp !== null && entry.rate_bp !== undefined && to - from > 9 && (
        <span className={cx("num absolute top-0 text-xs text-muted", to - from < 30 && "max-lg:hidden")} style={labelLeft ? { insetInlineEnd: `${100 - to}%` } : { insetInlineStart: `${to}%` }}>
          {raw}
        </span>
      )}
    </span>
  );
}
