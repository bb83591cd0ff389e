import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { quotaQuery, useMe } from "@/api/queries/account";
import { datanetQuery } from "@/api/queries/datanet";
import { todayQuery } from "@/api/queries/submission";
import type { Datanet } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Markdown } from "@/components/ui/markdown";
import { Page, Section } from "@/components/ui/page";
import { Empty, Failure, Loaded, Note, Skeleton } from "@/components/ui/states";
import { signedOut } from "@/lib/problem";
import { bytes, listOf } from "@/lib/format";
import { fitting, type Left, leftOf } from "@/lib/quota";
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
  // Whose session ended while the page was open keeps the tray in sight.
  const [who, setWho] = useState<string | null>(null);
  if (me.data && me.data.contributor !== who) setWho(me.data.contributor);
  const crumbs = [{ label: text.frame.datanets, to: "/datanets" }];
  if (query.data) crumbs.push({ label: query.data.name, to: `/datanets/${id}` });
  return (
    <Page title={t.title} crumbs={crumbs} lead={query.data && t.lead(query.data.name)}>
      {me.data === null && who === null ? (
        <Failure error={signedOut(text.problem.signedOutHint)} />
      ) : (
        <Loaded query={query}>{(datanet) => (who === null ? <Skeleton /> : <Bench key={who} datanet={datanet} contributor={who} out={me.data === null} sample={sample} />)}</Loaded>
      )}
    </Page>
  );
}

interface BenchProps {
  datanet: Datanet;
  contributor: string;
  /** The session ended meanwhile. */
  out: boolean;
  sample: boolean;
}

function Bench({ datanet, contributor, out, sample }: BenchProps) {
  const limit = datanet.files_per_day;
  const quota = useQuery(quotaQuery);
  const today = useQuery({ ...todayQuery(datanet.id), enabled: typeof limit === "number" });
  const bench = useTray(datanet, contributor, sample);
  const form = useRef<HTMLDivElement>(null);
  const { asked } = bench;
  const trial = bench.declaration.trial ?? false;
  const left = quota.data && leftOf(quota.data, { limit, here: today.data ?? 0, trial });
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
            <div role="alert" className="grid gap-2 empty:hidden">
              {bench.leftOut.over.length > 0 && <Note tone="amber">{t.tooMany(listOf(bench.leftOut.over))}</Note>}
              {bench.leftOut.twice.length > 0 && <Note tone="amber">{t.twice(listOf(bench.leftOut.twice), bench.leftOut.twice.length)}</Note>}
              {out && <SignedOut kept={bench.kept} />}
            </div>
            {!bench.kept && bench.items.length > 0 && <Note tone="amber">{t.notKept}</Note>}
            {bench.items.length === 0 && <p className="text-sm text-muted">{t.trayEmpty}</p>}
            {bench.items.map((item) => (
              <SpecimenCard key={item.key} specimen={item} modality={datanet.modality} tray={bench} />
            ))}
          </div>
          {bench.items.length > 0 && <Bar bench={bench} left={left} datanet={datanet} />}
        </Section>
        {datanet.guidelines && (
          <Section title={text.datanet.guidelines}>
            <Markdown source={datanet.guidelines} />
          </Section>
        )}
      </div>
      <aside className="min-w-0 lg:col-start-2">
        <Section title={t.quotaTitle}>
          <Loaded query={quota}>{(data) => <QuotaVessel quota={data} left={left} trial={trial} here={typeof limit === "number" && today.data !== undefined ? { used: today.data, limit } : undefined} />}</Loaded>
        </Section>
      </aside>
    </div>
  );
}

/** The session ended while files lie here. */
function SignedOut({ kept }: { kept: boolean }) {
  return (
    <Note tone="amber">
      <strong className="font-medium">{t.signedOutTitle}</strong> {kept ? t.signedOutHint : t.signedOutLost}{" "}
      <Link to="/sign-in" search={{ next: window.location.pathname + window.location.search }} className="text-blue underline underline-offset-2">
        {text.account.signIn}
      </Link>
    </Note>
  );
}

/** Why not all of the tray can be sent; nothing where it can. */
function stopped(fit: number, all: number, left: Left | undefined, { name, files_per_day }: Datanet, kept: boolean): string | null {
  if (!left || fit >= Math.max(all, 1)) return null;
  if (left.bytes === 0 || (left.files === 0 && left.by === "day")) return kept ? t.spent : t.spentNotKept;
  if (left.files === 0) return left.by === "trial" ? t.trialSpent : t.hereSpent(name, files_per_day ?? 0);
  if (all === 0) return null;
  return fit === 0 ? t.noBytes(bytes(left.bytes)) : t.leftOver(fit, all);
}

/** What can be done with all of the tray, and what is missing for it. */
function Bar({ bench, left, datanet }: { bench: Tray; left: Left | undefined; datanet: Datanet }) {
  const { licence, consent } = bench.declaration;
  const part = bench.asked.part;
  const missing = part !== "nothing" && licence.trim() === "" ? t.declareFirst : part === "all" && !consent ? t.consentFirst : null;
  const some = bench.items.some((item) => item.stage === "checked");
  const all = bench.sendable.length;
  const fit = left ? fitting(bench.sendable, left) : all;
  const stop = stopped(fit, all, left, datanet, bench.kept);
  return (
    <div className="sticky bottom-0 mt-4 flex flex-wrap items-center gap-3 border-t border-line bg-paper py-3 max-md:bottom-14">
      <Button off={bench.checkable === 0} busy={bench.busy === "checking"} onClick={() => void bench.check()}>
        {some && bench.checkable > 0 ? t.checkRest(bench.checkable) : t.checkAll(Math.max(1, bench.checkable))}
      </Button>
      <Button look="primary" off={fit === 0} busy={bench.busy === "sending"} onClick={() => void bench.send(fit)}>
        {fit > 0 && fit < all ? t.submitSome(fit, all) : t.submitAll(Math.max(1, all))}
      </Button>
      {missing && (
        <p role="alert" className="text-sm font-medium text-amber">
          {missing}
        </p>
      )}
      <p role="status" className="text-sm text-amber empty:hidden">
        {stop}
      </p>
    </div>
  );
}
