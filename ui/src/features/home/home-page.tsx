import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { datanetsQuery, homeQuery } from "@/api/queries/datanet";
import { useInfiniteQuery } from "@tanstack/react-query";
import { DatanetRow } from "@/features/datanet/datanet-row";
import { Guilloche } from "@/components/mark/guilloche";
import { Section } from "@/components/ui/page";
import { Failure, Skeleton } from "@/components/ui/states";
import { text } from "@/text";
import { Loop } from "./loop";
import { TryButton } from "./try-button";

/** The first sheet: what this is, one button, the loop with its live counts. */
export function HomePage() {
  const home = useQuery(homeQuery);
  const datanets = useInfiniteQuery(datanetsQuery({}));
  const first = datanets.data?.pages[0]?.items ?? [];
  useEffect(() => {
    document.title = text.home.title;
  }, []);
  return (
    <div>
      <header className="relative isolate overflow-hidden border-b border-line">
        <Guilloche className="absolute -end-28 -top-36 -z-10 size-[34rem] max-sm:opacity-50 sm:-end-20 rtl:-scale-x-100" />
        <div className="mx-auto max-w-[72rem] px-4 py-12 sm:px-6 sm:py-16 lg:px-8">
          <h1 className="max-w-[24ch] text-xl font-semibold sm:max-w-[34ch]">{text.home.headline}</h1>
          <p className="mt-3 max-w-[56ch] text-base text-muted">{text.home.lead}</p>
          <TryButton datanets={datanets.data ? first : undefined} />
        </div>
      </header>
      <div className="mx-auto max-w-[72rem] px-4 pt-8 pb-16 sm:px-6 lg:px-8">
        <Section title={text.home.loop} hint={text.home.loopHint}>
          {home.error && !home.data ? <Failure error={home.error} retry={() => void home.refetch()} /> : <Loop home={home.data} />}
        </Section>
        <Section
          title={text.home.datanets}
          actions={
            <Link to="/datanets" className="py-1 text-sm text-blue underline underline-offset-2">
              {text.home.allDatanets}
            </Link>
          }
        >
          {!datanets.data && !datanets.error && <Skeleton lines={3} />}
          {datanets.error && !datanets.data && <Failure error={datanets.error} retry={() => void datanets.refetch()} />}
          {datanets.data && first.length === 0 && <p className="py-4 text-muted">{text.datanet.emptyBody}</p>}
          <ul>
            {first.slice(0, 4).map((datanet) => (
              <DatanetRow key={datanet.id} datanet={datanet} />
            ))}
          </ul>
        </Section>
      </div>
    </div>
  );
}
