import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type DatanetFilter, datanetsQuery } from "@/api/queries/datanet";
import type { Modality } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { Empty, Failure, Skeleton } from "@/components/ui/states";
import { text } from "@/text";
import { DatanetRow } from "./datanet-row";

const licences = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "MIT", "Apache-2.0", "MIT OR Apache-2.0"];

interface ListProps {
  filter: DatanetFilter;
  onFilter: (filter: DatanetFilter) => void;
}

export function DatanetsPage({ filter, onFilter }: ListProps) {
  const query = useInfiniteQuery(datanetsQuery(filter));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page
      title={text.datanet.listTitle}
      lead={text.datanet.listLead}
      actions={
        <Button asChild>
          <Link to="/datanets/new">{text.datanet.create}</Link>
        </Button>
      }
    >
      <Filters filter={filter} onFilter={onFilter} />
      {query.error && !query.data && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton />}
      {query.data && items.length === 0 && (
        <Empty
          title={filtered ? text.datanet.emptyFiltered : text.datanet.emptyTitle}
          action={
            filtered ? (
              <Button onClick={() => onFilter({})}>{text.datanet.clearFilters}</Button>
            ) : (
              <Button asChild look="primary">
                <Link to="/datanets/new">{text.datanet.create}</Link>
              </Button>
            )
          }
        >
          {filtered ? text.datanet.emptyFilteredBody : text.datanet.emptyBody}
        </Empty>
      )}
      <ul className="border-t border-line empty:hidden">
        {items.map((datanet) => (
          <DatanetRow key={datanet.id} datanet={datanet} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button className="mt-6" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {text.common.more}
        </Button>
      )}
    </Page>
  );
}

function Filters({ filter, onFilter }: ListProps) {
  const [words, setWords] = useState(filter.q ?? "");
  useEffect(() => {
    if (words === (filter.q ?? "")) return undefined;
    const timer = setTimeout(() => onFilter({ ...filter, q: words || undefined }), 250);
    return () => clearTimeout(timer);
  }, [words, filter, onFilter]);
  return (
    <search className="mb-6 grid grid-cols-2 gap-3 md:grid-cols-[2fr_1fr_1fr_1fr]">
      <Field label={text.datanet.searchLabel} className="max-md:col-span-2">
        {(ids) => <Input {...ids} type="search" placeholder={text.datanet.searchPlaceholder} value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
      <Field label={text.datanet.filterModality}>
        {(ids) => (
          <Select {...ids} value={filter.modality ?? ""} onChange={(event) => onFilter({ ...filter, modality: (event.target.value || undefined) as Modality | undefined })}>
            <option value="">{text.datanet.anyModality}</option>
            {(["text", "image", "audio"] as const).map((modality) => (
              <option key={modality} value={modality}>
                {text.state.modality[modality]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={text.datanet.filterLicence}>
        {(ids) => (
          <Select {...ids} value={filter.licence ?? ""} onChange={(event) => onFilter({ ...filter, licence: event.target.value || undefined })}>
            <option value="">{text.datanet.anyLicence}</option>
            {licences.map((licence) => (
              <option key={licence}>{licence}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={text.datanet.filterOpen} className="max-md:col-span-2">
        {(ids) => (
          <Select
            {...ids}
            value={filter.open === undefined ? "" : String(filter.open)}
            onChange={(event) => onFilter({ ...filter, open: event.target.value === "" ? undefined : event.target.value === "true" })}
          >
            <option value="">{text.datanet.openOrClosed}</option>
            <option value="true">{text.datanet.openOnly}</option>
            <option value="false">{text.datanet.closedOnly}</option>
          </Select>
        )}
      </Field>
    </search>
  );
}
