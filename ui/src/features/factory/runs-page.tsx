import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { isFinal, runsQuery } from "@/api/queries/factory";
import type { Run } from "@/api/types";
import { RunMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { Meter } from "@/components/ui/meter";
import { Page } from "@/components/ui/page";
import { Empty, Loaded } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { ago, duration, loss } from "@/lib/format";
import { text } from "@/text";

const t = text.factory;

export function RunsPage() {
  const query = useQuery(runsQuery);
  return (
    <Page
      wide
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <Button asChild>
            <Link to="/models">{t.models}</Link>
          </Button>
          <Button asChild look="primary">
            <Link to="/runs/new">{t.newRun}</Link>
          </Button>
        </>
      }
    >
      <Loaded query={query}>
        {(runs) =>
          runs.length === 0 ? (
            <Empty
              title={t.emptyTitle}
              action={
                <Button asChild look="primary">
                  <Link to="/runs/new">{t.newRun}</Link>
                </Button>
              }
            >
              {t.emptyBody}
            </Empty>
          ) : (
            <Table
              caption={t.runs}
              items={runs}
              id={(run) => run.id}
              columns={[
                { key: "run", head: t.columns.run, cell: (run) => <Name run={run} /> },
                { key: "state", head: text.common.state, cell: (run) => <RunMark state={run.state} /> },
                { key: "data", head: t.columns.data, cell: (run) => run.data_name, className: "max-md:hidden" },
                { key: "progress", head: t.columns.progress, cell: (run) => <Progress run={run} /> },
                { key: "loss", head: t.columns.loss, cell: (run) => (run.loss === null || run.loss === undefined ? "" : loss(run.loss)), number: true },
                { key: "result", head: t.columns.result, cell: (run) => <Result run={run} />, number: true },
                { key: "when", head: t.columns.created, cell: (run) => ago(run.created_at), className: "max-md:hidden text-muted whitespace-nowrap" },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function Name({ run }: { run: Run }) {
  return (
    <Link to="/runs/$id" params={{ id: run.id }} className="block py-1 font-medium underline-offset-2 hover:underline">
      {run.name}
      <span className="block text-xs font-normal text-muted">{run.base_name}</span>
    </Link>
  );
}

function Progress({ run }: { run: Run }) {
  const shown = t.progress(run.step, run.total_steps);
  return (
    <span className="num grid min-w-32 gap-1 text-xs text-muted">
      <span>
        {shown}
        {!isFinal(run.state) && run.eta_seconds ? `, ${duration(run.eta_seconds)}` : ""}
      </span>
      <Meter value={run.step} max={Math.max(1, run.total_steps)} label={`${run.name}: ${t.columns.progress}`} shown={shown} tone={isFinal(run.state) ? "gold" : "blue"} />
    </span>
  );
}

function Result({ run }: { run: Run }) {
  const first = run.summary?.eval_first;
  const last = run.summary?.eval_last;
  if (first === null || first === undefined || last === null || last === undefined) return "";
  return (
    <span className={last < first ? "text-gold" : "text-ink"}>
      {loss(first)} → {loss(last)}
    </span>
  );
}
