import { Link } from "@tanstack/react-router";
import type { Datanet } from "@/api/types";
import { compact, fineness } from "@/lib/format";
import { text } from "@/text";
import { Fineness, ModalityPunch, OpenWord } from "./marks";

/** A datanet in a list. */
export function DatanetRow({ datanet }: { datanet: Datanet }) {
  const { counts } = datanet;
  return (
    <li className="border-b border-line">
      <Link
        to="/datanets/$id"
        params={{ id: datanet.id }}
        className="group grid grid-cols-[auto_1fr] items-start gap-x-4 gap-y-2 py-4 sm:grid-cols-[auto_1fr_auto] sm:items-center"
      >
        <ModalityPunch modality={datanet.modality} open={datanet.open} />
        <span className="min-w-0">
          <span className="flex flex-wrap items-baseline gap-x-3">
            <span className="text-base font-semibold break-words group-hover:underline">{datanet.name}</span>
            <OpenWord open={datanet.open} />
          </span>
          <span className="line-clamp-2 max-w-[72ch] text-sm text-muted">{datanet.purpose}</span>
          <span className="num mt-1 block text-xs text-muted">
            {[
              text.common.submissions(counts.submissions),
              text.common.contributors(datanet.contributors),
              text.common.releases(datanet.releases),
              datanet.licences.length > 0 ? datanet.licences.slice(0, 3).join(", ") : text.datanet.anyValidLicence,
            ].join(" · ")}
          </span>
        </span>
        <span className="col-start-2 flex items-center gap-4 sm:col-start-auto">
          <span className="num hidden text-end text-sm lg:block">
            <span className="block font-semibold">{compact(counts.accepted)}</span>
            <span className="text-xs text-muted">{text.datanet.counts.accepted}</span>
          </span>
          <Fineness thousandths={fineness(counts.accepted, counts.rejected)} />
        </span>
      </Link>
    </li>
  );
}
