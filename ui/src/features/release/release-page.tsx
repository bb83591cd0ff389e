import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { datanetQuery } from "@/api/queries/datanet";
import { releaseFilesQuery, releaseQuery } from "@/api/queries/release";
import type { Release } from "@/api/types";
import { Hallmark, releaseStrikes } from "@/components/mark/hallmark";
import { ReleaseMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Failure, Note, Skeleton } from "@/components/ui/states";
import { Tabs } from "@/components/ui/tabs";
import { moment } from "@/lib/format";
import { text } from "@/text";
import { Changes } from "./changes";
import { ReleaseOverview } from "./release-overview";
import { Rows } from "./rows";

const t = text.release;

interface ReleasePageProps {
  id: string;
  tab: string;
  onTab: (tab: string) => void;
}

export function ReleasePage({ id, tab, onTab }: ReleasePageProps) {
  const query = useQuery(releaseQuery(id));
  const release = query.data;
  if (!release) {
    return (
      <Page title={t.eyebrow} crumbs={[{ label: text.frame.datanets, to: "/datanets" }]}>
        {query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Skeleton />}
      </Page>
    );
  }
  return (
    <Page
      title={t.title(release.datanet_name, release.version)}
      here={t.short(release.version)}
      crumbs={[
        { label: text.frame.datanets, to: "/datanets" },
        { label: release.datanet_name, to: `/datanets/${release.datanet}` },
      ]}
      eyebrow={
        <span className="flex flex-wrap items-center gap-3">
          <ReleaseMark state={release.state} stopped={Boolean(release.stopped_at)} />
          <span>{moment(release.created_at)}</span>
        </span>
      }
      actions={release.state === "ready" && !release.stopped_at && <Actions release={release} />}
    >
      {release.state === "building" && (
        <Note className="mb-6">
          <span role="status">{t.building}</span>
        </Note>
      )}
      {release.state === "failed" && (
        <Note tone="amber" className="mb-6">
          <strong className="font-medium">{t.failed}.</strong> {release.error}
        </Note>
      )}
      {release.stopped_at && (
        <Note tone="amber" className="mb-6">
          <strong className="font-medium">{t.stopped}.</strong> {t.stoppedBody}{" "}
          {release.next ? (
            <Link to="/releases/$id" params={{ id: release.next.id }} className="underline underline-offset-2">
              {t.insteadUse(release.next.version)}
            </Link>
          ) : (
            t.makeNext
          )}
        </Note>
      )}
      <Hallmark className="mb-8" strikes={releaseStrikes(release)} />
      <Tabs
        label={t.eyebrow}
        value={tab}
        onChange={onTab}
        tabs={[
          { value: "overview", label: t.tabs.overview, content: <ReleaseOverview release={release} /> },
          { value: "rows", label: t.tabs.rows, content: <Rows release={release} /> },
          { value: "changes", label: t.tabs.changes, content: <Changes release={release} /> },
        ]}
      />
    </Page>
  );
}

/** What most came for first: text to train on, pictures and recordings to take along. */
function Actions({ release }: { release: Release }) {
  const { data } = useQuery(datanetQuery(release.datanet));
  const media = data !== undefined && data.modality !== "text";
  const files = useQuery({ ...releaseFilesQuery(release.id), enabled: media });
  const tars = files.data?.filter((file) => file.name.startsWith("webdataset/")) ?? [];
  return (
    <>
      {(["jsonl", "parquet"] as const).map((kind) => (
        <Button key={kind} asChild look={media && kind === "parquet" ? "primary" : "quiet"}>
          <a href={`/api/v1/releases/${release.id}/download/${kind}`} download>
            {t.downloads[kind]}
          </a>
        </Button>
      ))}
      {tars.map((file, i) => (
        <Button key={file.name} asChild>
          <a href={`/api/v1/releases/${release.id}/files/${file.name}`} download>
            {t.downloads.webdataset}
            {tars.length > 1 && ` ${i + 1}`}
          </a>
        </Button>
      ))}
      {data?.modality === "text" && (
        <Button asChild look="primary">
          <Link to="/runs/new" search={{ release: release.id }}>
            {t.train}
          </Link>
        </Button>
      )}
    </>
  );
}
