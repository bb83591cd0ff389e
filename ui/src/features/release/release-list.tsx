import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { previewQuery, releasesQuery, useCreateRelease } from "@/api/queries/release";
import type { Datanet, Release } from "@/api/types";
import { Punch } from "@/components/mark/punch";
import { ReleaseMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Empty, FormProblem, Loaded } from "@/components/ui/states";
import { ago, bytes } from "@/lib/format";
import { text } from "@/text";
import { Alerts, LeftForLater } from "./alerts";

/** A datanet's releases, newest first; its owner makes the next one here. */
export function ReleaseList({ datanet }: { datanet: Datanet }) {
  const query = useQuery(releasesQuery(datanet.id));
  return (
    <>
      {datanet.yours && <MakeRelease datanet={datanet} />}
      {datanet.yours && <Alerts datanet={datanet} />}
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={text.release.listEmpty}>{text.release.listEmptyBody}</Empty>
          ) : (
            <ul className="border-t border-line">
              {page.items.map((release) => (
                <ReleaseRow key={release.id} release={release} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

export function ReleaseRow({ release, here = false, named = false }: { release: Release; here?: boolean; named?: boolean }) {
  const stopped = Boolean(release.stopped_at);
  const ready = release.state === "ready" && !stopped;
  return (
    <li className="border-b border-line">
      <Link to="/releases/$id" params={{ id: release.id }} aria-current={here ? "page" : undefined} className="group grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1 py-3 sm:grid-cols-[auto_1fr_auto]">
        <Punch shape="octagon" tone={ready ? "gold" : "muted"} size={40} struck={ready}>
          {`v${release.version}`}
        </Punch>
        <span className="min-w-0">
          <span className="block font-medium group-hover:underline">
            {named ? text.release.title(release.datanet_name, release.version) : text.release.short(release.version)}
            {here && <span className="ms-2 text-xs font-normal text-muted">{text.release.here}</span>}
          </span>
          <span className="num block text-xs text-muted">
            {[text.common.rows(release.rows), text.common.contributors(release.contributors), bytes(release.bytes), release.licence_class, ago(release.created_at)].filter(Boolean).join(" · ")}
          </span>
        </span>
        <span className="max-sm:col-start-2">
          <ReleaseMark state={release.state} stopped={stopped} />
        </span>
      </Link>
    </li>
  );
}

/** What the release would hold, and what would wait. */
function Preview({ datanet }: { datanet: Datanet }) {
  const query = useQuery(previewQuery(datanet.id));
  return (
    <Loaded query={query}>
      {(preview) => (
        <div className="grid gap-2">
          <p className="num text-muted">{preview.problem ?? text.release.would(preview.items, preview.contributors)}</p>
          <LeftForLater plan={preview.plan} />
        </div>
      )}
    </Loaded>
  );
}

function MakeRelease({ datanet }: { datanet: Datanet }) {
  const create = useCreateRelease(datanet.id);
  const [asking, setAsking] = useState(false);
  const empty = datanet.counts.accepted === 0;
  return (
    <div className="mb-4 flex flex-wrap items-center gap-3">
      <Button look="primary" disabled={empty} onClick={() => setAsking(true)}>
        {text.datanet.makeRelease}
      </Button>
      <p className="text-sm text-muted">{empty ? text.datanet.makeReleaseEmpty : text.datanet.makeReleaseHint}</p>
      <Dialog open={asking} onClose={() => setAsking(false)} title={text.datanet.makeRelease}>
        <p>{text.datanet.makeReleaseHint}</p>
        <Preview datanet={datanet} />
        <FormProblem error={create.error} />
        <div className="flex gap-3">
          <Button look="primary" busy={create.isPending} onClick={() => create.mutate(undefined, { onSuccess: () => setAsking(false) })}>
            {text.datanet.makeRelease}
          </Button>
          <Button onClick={() => setAsking(false)}>{text.common.cancel}</Button>
        </div>
      </Dialog>
    </div>
  );
}
