import { useQuery } from "@tanstack/react-query";
import { releasesQuery } from "@/api/queries/release";
import type { Release } from "@/api/types";
import { CopyId } from "@/components/ui/copy";
import { Markdown } from "@/components/ui/markdown";
import { Figure, Section } from "@/components/ui/page";
import { Loaded } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { Words } from "@/components/ui/words";
import { bytes, count } from "@/lib/format";
import { text } from "@/text";
import { LeftForLater } from "./alerts";
import { ReleaseFiles } from "./release-files";
import { ReleaseRow } from "./release-list";

const t = text.release;

/** The card without the lines at its head that only hubs read. */
function withoutFrontMatter(card: string): string {
  return card.replace(/^---\n[\s\S]*?\n---\n+/, "");
}

export function ReleaseOverview({ release }: { release: Release }) {
  const siblings = useQuery(releasesQuery(release.datanet));
  return (
    <div className="grid gap-x-12 lg:grid-cols-[1fr_22rem]">
      <div className="min-w-0">
        <Section title={t.facts}>
          <dl className="mb-5 flex flex-wrap gap-x-10 gap-y-3">
            <Figure value={count(release.rows)} label={t.rows} />
            <Figure value={count(release.submissions)} label={t.submissions} />
            <Figure value={count(release.contributors)} label={t.contributors} />
            <Figure value={bytes(release.bytes)} label={t.bytes} />
          </dl>
          <p className="text-xs text-muted">{t.root}</p>
          {release.root ? <p className="mt-0.5 font-mono text-sm break-all text-gold">{release.root}</p> : <p className="text-muted">{t.noRoot}</p>}
          <p className="mt-1 max-w-[72ch] text-sm text-muted">{t.rootExplain}</p>
        </Section>
        {(release.plan.waiting.length > 0 || release.plan.set_aside.length > 0) && (
          <Section title={t.left}>
            <LeftForLater plan={release.plan} />
          </Section>
        )}
        <Section title={t.card}>{release.card ? <Markdown source={withoutFrontMatter(release.card)} /> : <p className="text-muted">{t.noCard}</p>}</Section>
      </div>
      <aside className="min-w-0">
        <Section title={t.licences} hint={t.licenceExplain}>
          <Table
            caption={t.licences}
            items={release.licences}
            id={(one) => one.licence}
            columns={[
              { key: "licence", head: text.common.licence, cell: (one) => one.licence },
              { key: "class", head: t.licenceClass, cell: (one) => one.class },
              { key: "n", head: t.submissions, cell: (one) => count(one.submissions), number: true },
            ]}
          />
          {release.licence_class && (
            <p className="mt-3 text-sm">
              {t.licenceClass}: <strong className="font-semibold">{release.licence_class}</strong>
            </p>
          )}
        </Section>
        <Section title={t.history} hint={t.historyHint}>
          <Loaded query={siblings}>
            {(page) => (
              <ul>
                {page.items.map((one) => (
                  <ReleaseRow key={one.id} release={one} here={one.id === release.id} />
                ))}
              </ul>
            )}
          </Loaded>
        </Section>
        {release.state === "ready" && (
          <Section title={t.files} hint={<Words>{t.filesHint}</Words>}>
            <ReleaseFiles release={release} />
          </Section>
        )}
        <CopyId value={release.id} label={text.common.copyId} />
      </aside>
    </div>
  );
}
