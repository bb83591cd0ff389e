import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { datanetQuery } from "@/api/queries/datanet";
import type { Datanet } from "@/api/types";
import { Hallmark } from "@/components/mark/hallmark";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Failure, Note, Skeleton } from "@/components/ui/states";
import { Tabs } from "@/components/ui/tabs";
import { ReleaseList } from "@/features/release/release-list";
import { DatanetLadder } from "@/features/standing/datanet-ladder";
import { fineness } from "@/lib/format";
import { text } from "@/text";
import { OpenWord } from "./marks";
import { Overview } from "./overview";
import { SampleRows } from "./sample-rows";

interface PageProps {
  id: string;
  tab: string;
  onTab: (tab: string) => void;
}

export function DatanetPage({ id, tab, onTab }: PageProps) {
  const query = useQuery(datanetQuery(id));
  const crumbs = [{ label: text.frame.datanets, to: "/datanets" }];
  if (!query.data) {
    return (
      <Page title={text.frame.kinds.datanet ?? ""} crumbs={crumbs}>
        {query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Skeleton />}
      </Page>
    );
  }
  const datanet = query.data;
  return (
    <Page title={datanet.name} crumbs={crumbs} eyebrow={<Eyebrow datanet={datanet} />} actions={<Actions datanet={datanet} />}>
      {!datanet.open && (
        <Note tone="amber" className="mb-6">
          {text.datanet.closedHint}
        </Note>
      )}
      <Hallmark className="mb-8" strikes={strikes(datanet)} />
      <Tabs
        label={datanet.name}
        value={tab}
        onChange={onTab}
        tabs={[
          { value: "overview", label: text.datanet.tabs.overview, content: <Overview datanet={datanet} /> },
          { value: "standing", label: text.datanet.tabs.standing, content: <DatanetLadder id={id} /> },
          { value: "releases", label: text.datanet.tabs.releases, content: <ReleaseList datanet={datanet} /> },
          { value: "sample", label: text.datanet.tabs.sample, content: <SampleRows datanet={datanet} /> },
        ]}
      />
    </Page>
  );
}

function Eyebrow({ datanet }: { datanet: Datanet }) {
  return (
    <span className="flex flex-wrap items-center gap-3">
      <OpenWord open={datanet.open} />
      <Link to="/contributors/$id" params={{ id: datanet.owner }} className="underline-offset-2 hover:underline">
        {text.datanet.ownedBy(datanet.owner_name)}
      </Link>
    </span>
  );
}

function Actions({ datanet }: { datanet: Datanet }) {
  return (
    <>
      {datanet.yours && (
        <Button asChild>
          <Link to="/datanets/$id/edit" params={{ id: datanet.id }}>
            {text.datanet.edit}
          </Link>
        </Button>
      )}
      {datanet.yours && (
        <Button asChild>
          <Link to="/review/$id" params={{ id: datanet.id }}>
            {text.datanet.reviewItems}
          </Link>
        </Button>
      )}
      {datanet.open && (
        <Button asChild look="primary">
          <Link to="/datanets/$id/contribute" params={{ id: datanet.id }}>
            {text.datanet.contribute}
          </Link>
        </Button>
      )}
    </>
  );
}

function strikes(datanet: Datanet) {
  const { accepted, rejected } = datanet.counts;
  const fine = fineness(accepted, rejected);
  return [
    {
      shape: "oval" as const,
      tone: fine === null ? ("muted" as const) : ("gold" as const),
      mark: fine === null ? "—" : String(fine),
      label: fine === null ? text.datanet.purityNone : text.datanet.purityExplain(accepted, accepted + rejected),
    },
    { shape: "octagon" as const, tone: "ink" as const, mark: datanet.modality.slice(0, 1).toUpperCase(), label: text.state.modality[datanet.modality] },
    {
      shape: "shield" as const,
      tone: "ink" as const,
      mark: datanet.policy.slice(0, 1).toUpperCase(),
      label: datanet.policy === "automatic" ? `${text.state.policy.automatic}: ${text.datanet.threshold(datanet.threshold)}` : text.state.policy[datanet.policy],
    },
    {
      shape: "lozenge" as const,
      tone: "ink" as const,
      mark: "©",
      label: datanet.licences.length > 0 ? datanet.licences.join(", ") : text.datanet.anyValidLicence,
    },
  ];
}
