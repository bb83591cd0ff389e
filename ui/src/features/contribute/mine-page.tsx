import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { mineQuery } from "@/api/queries/submission";
import { quotaQuery } from "@/api/queries/account";
import type { Submission } from "@/api/types";
import { SubmissionMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { Page, Section } from "@/components/ui/page";
import { Empty, Failure, Skeleton } from "@/components/ui/states";
import { ago, bytes } from "@/lib/format";
import { unnamed } from "@/lib/sentence";
import { text } from "@/text";
import { QuotaVessel } from "./quota-vessel";

const t = text.contribute;

/** What a contributor gave, newest first, with reasons and releases. */
export function MyListPage() {
  const query = useInfiniteQuery(mineQuery);
  const quota = useQuery(quotaQuery);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t.mineTitle} lead={t.mineLead}>
      {query.error && !query.data && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton />}
      {query.data && (
        <div className="grid gap-x-10 lg:grid-cols-[1fr_20rem]">
          <div className="min-w-0">
            {items.length === 0 && (
              <Empty
                title={t.mineEmpty}
                action={
                  <Button asChild look="primary">
                    <Link to="/datanets">{t.browse}</Link>
                  </Button>
                }
              >
                {t.mineEmptyBody}
              </Empty>
            )}
            <ul className="border-t border-line empty:hidden">
              {items.map((item) => (
                <Item key={item.id} item={item} />
              ))}
            </ul>
            {query.hasNextPage && (
              <Button className="mt-6" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {text.common.more}
              </Button>
            )}
          </div>
          <aside className="max-lg:mt-8">
            {quota.data && (
              <Section title={t.quotaTitle}>
                <QuotaVessel quota={quota.data} />
              </Section>
            )}
          </aside>
        </div>
      )}
    </Page>
  );
}

function Item({ item }: { item: Submission }) {
  return (
    <li className="border-b border-line">
      <Link to="/submissions/$id" params={{ id: item.id }} className="group grid gap-x-6 gap-y-1 py-3 sm:grid-cols-[1fr_auto]">
        <span className="min-w-0">
          <span className="block font-medium break-words group-hover:underline">{item.file_name}</span>
          <span className="num block text-xs text-muted">
            {[item.datanet_name, bytes(item.bytes), ago(item.created_at), item.trial ? t.trial : ""].filter(Boolean).join(" · ")}
          </span>
          {whyOf(item) && <span className="mt-1 block max-w-[72ch] text-sm">{whyOf(item)}</span>}
        </span>
        <span className="flex items-start gap-4 sm:flex-col sm:items-end sm:gap-1">
          <SubmissionMark state={item.state} />
          {item.releases.length > 0 && <span className="num text-xs text-gold">{item.releases.map((release) => `v${release.version}`).join(", ")}</span>}
        </span>
      </Link>
    </li>
  );
}

/** One sentence on why a submission stands where it stands. */
export function whyOf(item: Submission): string | null {
  if (item.state === "rejected") {
    const reasons = item.reasons.map((reason) => text.state.reason[reason].toLowerCase()).join(", ");
    return t.notUseful(item.datanet_name, reasons || text.common.none);
  }
  if (item.state === "refused" || item.state === "held") return unnamed(item.findings[0]?.message ?? "", text.specimen.thatSubmission) || null;
  return null;
}
