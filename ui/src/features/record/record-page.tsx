import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { datanetsQuery } from "@/api/queries/datanet";
import { releasesQuery } from "@/api/queries/release";
import { Button } from "@/components/ui/button";
import { Card, Page, Section } from "@/components/ui/page";
import { Failure, Skeleton } from "@/components/ui/states";
import { ReleaseRow } from "@/features/release/release-list";
import { text } from "@/text";
import { AskBox } from "./ask-box";

const t = text.record;

/** What anyone may look up, without an account. */
export function RecordPage() {
  const navigate = useNavigate();
  return (
    <Page title={t.title} lead={t.lead}>
      <div className="grid gap-x-12 lg:grid-cols-[1fr_22rem]">
        <div className="min-w-0">
          <Section title={t.releases} hint={t.releasesHint}>
            <Releases />
          </Section>
        </div>
        <aside>
          <Section title={t.standing} hint={t.standingHint}>
            <Button asChild>
              <Link to="/standing">{t.openBoard}</Link>
            </Button>
          </Section>
          <Section title={t.docs} hint={t.docsHint}>
            <Card className="mb-3">
              <AskBox q="" onAsk={(q) => void navigate({ to: "/ask", search: { q } })} />
            </Card>
            <a href="/docs" className="py-1 text-blue underline underline-offset-2">
              {t.openDocs}
            </a>
          </Section>
        </aside>
      </div>
    </Page>
  );
}

function Releases() {
  const datanets = useInfiniteQuery(datanetsQuery({}));
  const released = (datanets.data?.pages[0]?.items ?? []).filter((datanet) => datanet.releases > 0).slice(0, 12);
  const lists = useQueries({ queries: released.map((datanet) => releasesQuery(datanet.id)) });
  const releases = lists.flatMap((list) => list.data?.items ?? []).toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  if (datanets.error && !datanets.data) return <Failure error={datanets.error} retry={() => void datanets.refetch()} />;
  if (datanets.isPending || lists.some((list) => list.isPending)) return <Skeleton lines={4} />;
  if (releases.length === 0) return <p className="text-muted">{t.emptyReleases}</p>;
  return (
    <ul>
      {releases.map((release) => (
        <ReleaseRow key={release.id} release={release} named />
      ))}
    </ul>
  );
}
