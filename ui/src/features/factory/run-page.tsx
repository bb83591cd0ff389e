import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { isFinal, useEndRun } from "@/api/queries/factory";
import type { RunDetail } from "@/api/types";
import { RunMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Page, Section } from "@/components/ui/page";
import { Failure, FormProblem, Note, Skeleton } from "@/components/ui/states";
import { text } from "@/text";
import { Command } from "./estimate-panel";
import { EventList } from "./event-list";
import { LossChart, SmallCharts } from "./run-charts";
import { Gauges } from "./gauges";
import { Samples } from "./samples";
import { SettingsList } from "./settings-list";
import { useLiveRun } from "./use-live-run";

const t = text.factory.run;
const crumbs = [{ label: text.factory.title, to: "/runs" }];

export function RunPage({ id }: { id: string }) {
  const { query, connected } = useLiveRun(id);
  const detail = query.data;
  if (!detail) {
    return (
      <Page wide title={t.eyebrow} crumbs={crumbs}>
        {query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Skeleton />}
      </Page>
    );
  }
  const { run } = detail;
  return (
    <Page wide title={run.name} crumbs={crumbs} eyebrow={<Eyebrow detail={detail} connected={connected} />} actions={<Actions detail={detail} />}>
      {run.error && (
        <Note tone="amber" className="mb-6">
          <strong className="font-medium">{t.failed}.</strong> {run.error}
        </Note>
      )}
      {run.since_withdrawn.length > 0 && (
        <Note tone="amber" className="mb-6">
          {text.release.since(run.since_withdrawn.length)}
        </Note>
      )}
      <Gauges run={run} />
      <div className="grid gap-x-10 xl:grid-cols-[1fr_19rem]">
        <div className="min-w-0">
          <Section title={t.chart}>
            <LossChart metrics={detail.metrics} />
          </Section>
          <Section title={t.samples} hint={t.samplesHint}>
            <Samples samples={detail.samples} />
          </Section>
          <SmallCharts metrics={detail.metrics} />
        </div>
        <aside className="min-w-0">
          <Section title={t.events}>
            <EventList detail={detail} />
          </Section>
          <Section title={t.settings}>
            <SettingsList run={run} />
          </Section>
          <Command command={run.command} />
        </aside>
      </div>
    </Page>
  );
}

function Eyebrow({ detail, connected }: { detail: RunDetail; connected: boolean }) {
  const { run } = detail;
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <RunMark state={run.state} />
      {!isFinal(run.state) && (
        <span role="status" className={connected ? "text-muted" : "text-amber"}>
          {connected ? t.live : t.reconnecting}
        </span>
      )}
      <span>{run.base_name}</span>
      {run.release ? (
        <Link to="/releases/$id" params={{ id: run.release }} className="underline-offset-2 hover:underline">
          {run.data_name}
        </Link>
      ) : (
        <span>{run.data_name}</span>
      )}
    </span>
  );
}

function Actions({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  const end = useEndRun(run.id);
  const [asking, setAsking] = useState(false);
  if (isFinal(run.state)) {
    return (
      run.model && (
        <>
          <Button asChild>
            <Link to="/models/$id" params={{ id: run.model }}>
              {t.download}
            </Link>
          </Button>
          <Button asChild look="primary">
            <Link to="/playground" search={{ left: run.base, right: run.model }}>
              {t.chat}
            </Link>
          </Button>
        </>
      )
    );
  }
  return (
    <>
      <Button title={t.stopHint} disabled={run.state === "stopping"} busy={end.isPending && end.variables === "stop"} onClick={() => end.mutate("stop")}>
        {t.stop}
      </Button>
      <Button look="danger" onClick={() => setAsking(true)}>
        {t.cancel}
      </Button>
      {!asking && <FormProblem error={end.error} />}
      <Dialog open={asking} onClose={() => setAsking(false)} title={t.cancelTitle}>
        <p>{t.cancelBody}</p>
        <FormProblem error={end.error} />
        <div className="flex flex-wrap gap-3">
          <Button look="danger" busy={end.isPending} onClick={() => end.mutate("cancel", { onSuccess: () => setAsking(false) })}>
            {t.cancelConfirm}
          </Button>
          <Button onClick={() => setAsking(false)}>{t.keepGoing}</Button>
        </div>
      </Dialog>
    </>
  );
}
