import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { releasesQuery, rowsQuery } from "@/api/queries/release";
import { previewQuery } from "@/api/queries/submission";
import type { Datanet, Row } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Empty, Loaded, Skeleton } from "@/components/ui/states";
import { SoundCanvas } from "@/features/specimen/sound-canvas";
import { drawWave } from "@/features/specimen/sound-draw";
import { cx } from "@/lib/cx";
import { soundPicture } from "@/lib/sound";
import { text } from "@/text";

const t = text.datanet;
const MOST = 6;

/** A few pictures or recordings of the newest release that is handed out. */
export function SampleMedia({ datanet }: { datanet: Datanet }) {
  const query = useQuery(releasesQuery(datanet.id));
  return (
    <Loaded query={query}>
      {(page) => {
        const newest = page.items.find((one) => one.state === "ready" && !one.stopped_at);
        return newest ? <Newest id={newest.id} datanet={datanet} /> : <None datanet={datanet} stopped={page.items.some((one) => one.stopped_at)} />;
      }}
    </Loaded>
  );
}

function None({ datanet, stopped = false }: { datanet: Datanet; stopped?: boolean }) {
  const { accepted } = datanet.counts;
  const contribute = (
    <Button asChild look="primary">
      <Link to="/datanets/$id/contribute" params={{ id: datanet.id }}>
        {t.contribute}
      </Link>
    </Button>
  );
  return (
    <Empty title={stopped ? t.sampleMediaStopped : accepted > 0 ? t.sampleMediaWaiting(accepted) : t.sampleMediaEmpty} action={datanet.open && contribute}>
      {t.sampleMediaWaitingBody}
    </Empty>
  );
}

function Newest({ id, datanet }: { id: string; datanet: Datanet }) {
  const query = useInfiniteQuery(rowsQuery(id));
  if (query.isPending) return <Skeleton lines={3} />;
  const rows = (query.data?.pages[0]?.items ?? []).slice(0, MOST);
  if (rows.length === 0) return <None datanet={datanet} />;
  return (
    <>
      <p className="mb-4 text-sm text-muted">{t.sampleMedia[datanet.modality === "audio" ? "audio" : "image"]}</p>
      <ul className="grid gap-5 sm:grid-cols-2 lg:grid-cols-3">
        {rows.map((row) => (
          <Item key={row.index} row={row} high={datanet.modality === "audio" ? "h-24" : "h-44"} />
        ))}
      </ul>
    </>
  );
}

function Item({ row, high }: { row: Row; high: string }) {
  const { data, isPending } = useQuery(previewQuery(row.submission));
  const sound = data?.kind === "sound" ? soundPicture(data.sound) : null;
  return (
    <li className="min-w-0 border-s-2 border-gold-fill ps-4">
      <Link to="/submissions/$id" params={{ id: row.submission }} aria-label={t.sampleOpen(row.index + 1)} className="block rounded-sm border border-line bg-sunken">
        {data?.kind === "image" && <img src={data.url} alt="" className={cx("w-full object-contain", high)} />}
        {sound && <SoundCanvas label={text.specimen.wave} height={96} draw={drawWave} picture={sound} />}
        {!data && <span className={cx("block", high, isPending && "skeleton")} />}
      </Link>
      <p className="mt-2 text-xs text-muted">
        {t.sampleBy} {row.contributor_name} · {row.licence}
      </p>
    </li>
  );
}
