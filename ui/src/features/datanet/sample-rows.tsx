import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sampleQuery } from "@/api/queries/datanet";
import type { Datanet } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Empty, Loaded } from "@/components/ui/states";
import { text } from "@/text";
import { SampleMedia } from "./sample-media";

/** A few rows as they will stand in a release; of pictures and recordings a few of the newest one. */
export function SampleRows({ datanet }: { datanet: Datanet }) {
  return datanet.modality === "text" ? <TextRows datanet={datanet} /> : <SampleMedia datanet={datanet} />;
}

function TextRows({ datanet }: { datanet: Datanet }) {
  const query = useQuery(sampleQuery(datanet.id));
  return (
    <Loaded query={query}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty
            title={text.datanet.sampleEmpty}
            action={
              datanet.open && (
                <Button asChild look="primary">
                  <Link to="/datanets/$id/contribute" params={{ id: datanet.id }}>
                    {text.datanet.contribute}
                  </Link>
                </Button>
              )
            }
          >
            {text.datanet.sampleEmptyBody}
          </Empty>
        ) : (
          <ul className="grid gap-5 lg:grid-cols-2">
            {rows.map((row, i) => (
              <li key={`${row.submission}-${i}`} className="flex min-w-0 flex-col border-s-2 border-gold-fill ps-4">
                <p className="line-clamp-10 text-sm break-words whitespace-pre-wrap">{row.content}</p>
                <p className="mt-2 text-xs text-muted">
                  {text.datanet.sampleBy} {row.contributor} · {row.licence}
                </p>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
