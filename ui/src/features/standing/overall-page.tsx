import { Link } from "@tanstack/react-router";
import { useInfiniteQuery } from "@tanstack/react-query";
import { datanetsQuery } from "@/api/queries/datanet";
import { Page, Section } from "@/components/ui/page";
import { text } from "@/text";
import { DatanetLadder } from "./datanet-ladder";

export function OverallPage() {
  const datanets = useInfiniteQuery(datanetsQuery({}));
  const items = datanets.data?.pages[0]?.items ?? [];
  return (
    <Page title={text.standing.overallTitle} lead={text.standing.overallLead} crumbs={[{ label: text.record.title, to: "/record" }]}>
      <DatanetLadder id={null} />
      {items.length > 0 && (
        <Section title={text.standing.boards} className="mt-10">
          <ul>
            {items.map((datanet) => (
              <li key={datanet.id} className="border-b border-line">
                <Link to="/datanets/$id" params={{ id: datanet.id }} search={{ tab: "standing" }} className="flex justify-between gap-4 py-3 hover:underline">
                  <span className="font-medium">{datanet.name}</span>
                  <span className="text-sm text-muted">{text.common.contributors(datanet.contributors)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
}
