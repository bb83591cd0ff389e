import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { quotaQuery, useMe } from "@/api/queries/account";
import { datanetQuery } from "@/api/queries/datanet";
import type { Datanet } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Markdown } from "@/components/ui/markdown";
import { Page, Section } from "@/components/ui/page";
import { Empty, Failure, Loaded, Note, Skeleton } from "@/components/ui/states";
import { signedOut } from "@/lib/problem";
import { isSpent } from "@/lib/quota";
import { text } from "@/text";
import { DeclarationForm } from "./declaration-form";
import { DropZone } from "./drop-zone";
import { QuotaVessel } from "./quota-vessel";
import { SpecimenCard } from "./specimen-card";
import { type Tray, useTray } from "./use-tray";

const t = text.contribute;

export function ContributePage({ id, sample }: { id: string; sample: boolean }) {
  const me = useMe();
  const query = useQuery(datanetQuery(id));
  const crumbs = [{ label: text.frame.datanets, to: "/datanets" }];
  if (query.data) crumbs.push({ label: query.data.name, to: `/datanets/${id}` });
  return (
    <Page title={t.title} crumbs={crumbs} lead={query.data && t.lead(query.data.name)}>
      {me.data === null ? (
        <Failure error={signedOut(text.problem.signedOutHint)} />
      ) : (
        <Loaded query={query}>{(datanet) => (me.data ? <Bench datanet={datanet} contributor={me.data.contributor} sample={sample} /> : <Skeleton />)}</Loaded>
      )}
    </Page>
  );
}

interface BenchProps {
  datanet: Datanet;
  contributor: string;
  sample: boolean;
}

function Bench({ datanet, contributor, sample }: BenchProps) {
  const quota = useQuery(quotaQuery);
  const bench = useTray(datanet, contributor, sample);
  const form = useRef<HTMLDivElement>(null);
  const { asked } = bench;
  useEffect(() => {
    // What is missing is brought into sight: on a phone the form is above the tray.
    if (asked.part !== "nothing") form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [asked]);
  if (!datanet.open) return <Empty title={text.datanet.closed}>{text.datanet.closedHint}</Empty>;
  return (
    <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr]">
      {/* Declared first, also for those who go by keyboard: the check reads by the licence. */}
      <div ref={form} className="min-w-0 lg:col-start-2">
        <Section title={t.declaration} hint={t.declarationHint}>
          <DeclarationForm value={bench.declaration} onChange={bench.declare} licences={datanet.licences} quota={quota.data} asked={asked} />
        </Section>
      </div>
      <div className="min-w-0 lg:col-start-1 lg:row-span-2 lg:row-start-1">
        <Section
          title={t.tray}
          actions={
            bench.items.some((item) => item.stage === "sent") && (
              <Button look="plain" size="sm" onClick={bench.clear}>
                {t.clearDone}
              </Button>
            )
          }
        >
          <div className="grid gap-4">
            <DropZone modality={datanet.modality} onFiles={bench.add} />
            {bench.leftOut > 0 && <Note tone="amber">{t.tooMany(bench.leftOut)}</Note>}
            {!bench.kept && bench.items.length > 0 && <Note tone="amber">{t.notKept}</Note>}
            {bench.items.length === 0 && <p className="text-sm text-muted">{t.trayEmpty}</p>}
            {bench.items.map((item) => (
              <SpecimenCard key={item.key} specimen={item} modality={datanet.modality} tray={bench} />
            ))}
          </div>
          {bench.items.length > 0 && <Bar bench={bench} spent={quota.data ? isSpent(quota.data) : false} />}
        </Section>
        {datanet.guidelines && (
          <Section title={text.datanet.guidelines}>
            <Markdown source={datanet.guidelines} />
          </Section>
        )}
      </div>
      <aside className="min-w-0 lg:col-start-2">
        <Section title={t.quotaTitle}>
          <Loaded query={quota}>{(data) => <QuotaVessel quota={data} />}</Loaded>
        </Section>
      </aside>
    </div>
  );
}

/** What can be done with all of the tray, and what is missing for it. */
function Bar({ bench, spent }: { bench: Tray; spent: boolean }) {
  const { licence, consent } = bench.declaration;
  const part = bench.asked.part;
  const missing = part !== "nothing" && licence.trim() === "" ? t.declareFirst : part === "all" && !consent ? t.consentFirst : null;
  const some = bench.items.some((item) => item.stage === "checked");
  return (
    <div className="sticky bottom-0 mt-4 flex flex-wrap items-center gap-3 border-t border-line bg-paper py-3 max-md:bottom-14">
      <Button off={bench.checkable === 0} busy={bench.busy === "checking"} onClick={() => void bench.check()}>
        {some && bench.checkable > 0 ? t.checkRest(bench.checkable) : t.checkAll(Math.max(1, bench.checkable))}
      </Button>
      <Button look="primary" off={bench.sendable === 0 || spent} busy={bench.busy === "sending"} onClick={() => void bench.send()}>
        {t.submitAll(Math.max(1, bench.sendable))}
      </Button>
      {missing && (
        <p role="alert" className="text-sm font-medium text-amber">
          {missing}
        </p>
      )}
      {spent && <p className="text-sm text-amber">{bench.kept ? t.spent : t.spentNotKept}</p>}
    </div>
  );
}
