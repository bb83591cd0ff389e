import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { diffQuery, releasesQuery } from "@/api/queries/release";
import type { Release } from "@/api/types";
import { Field, Select } from "@/components/ui/field";
import { Loaded } from "@/components/ui/states";
import { shortHash } from "@/lib/format";
import { text } from "@/text";

const t = text.release;

/** What came and what left since another release. */
export function Changes({ release }: { release: Release }) {
  const siblings = useQuery(releasesQuery(release.datanet));
  const older = (siblings.data?.items ?? []).filter((one) => one.version < release.version && one.state === "ready").toSorted((a, b) => b.version - a.version);
  const [chosen, setChosen] = useState<string | null>(null);
  const from = chosen ?? older[0]?.id;
  return (
    <Loaded query={siblings}>
      {() =>
        from === undefined ? (
          <p className="text-muted">{t.diffFirst}</p>
        ) : (
          <div className="grid gap-6">
            <Field label={t.diffFrom} className="max-w-60">
              {(ids) => (
                <Select {...ids} value={from} onChange={(event) => setChosen(event.target.value)}>
                  {older.map((one) => (
                    <option key={one.id} value={one.id}>
                      {t.short(one.version)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Diff id={release.id} from={from} />
          </div>
        )
      }
    </Loaded>
  );
}

function Diff({ id, from }: { id: string; from: string }) {
  const query = useQuery(diffQuery(id, from));
  return (
    <Loaded query={query}>
      {(diff) => (
        <div className="grid gap-6 md:grid-cols-2">
          <Side sign="+" tone="border-gold-fill" line={t.diffAdded(diff.added.length, diff.rows_added)} ids={diff.added} />
          <Side sign="−" tone="border-line-strong" line={t.diffRemoved(diff.removed.length, diff.rows_removed)} ids={diff.removed} />
        </div>
      )}
    </Loaded>
  );
}

function Side({ sign, tone, line, ids }: { sign: string; tone: string; line: string; ids: string[] }) {
  return (
    <div className={`border-s-2 ps-4 ${tone}`}>
      <p className="mb-2 font-medium">
        <span aria-hidden="true" className="me-2 font-mono">
          {sign}
        </span>
        {line}
      </p>
      <ul className="grid gap-1">
        {ids.slice(0, 100).map((id) => (
          <li key={id}>
            <Link to="/submissions/$id" params={{ id }} className="font-mono text-xs text-muted underline-offset-2 hover:underline">
              {shortHash(id)}…{id.slice(-6)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
