import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { setAsideQuery, useLetThrough, useRecheck } from "@/api/queries/operator";
import type { WaitingFile } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/page";
import { FormProblem, Loaded } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { text } from "@/text";

const t = text.account;

/** Files our reader failed on, and files on the operator's list: they wait here. */
export function SetAsideList() {
  const query = useQuery(setAsideQuery);
  const again = useRecheck();
  const pass = useLetThrough();
  const failed = query.data?.some((item) => item.why === "reader_failed") ?? false;
  return (
    <Section
      title={t.asideTitle}
      hint={t.asideHint}
      className="mt-10"
      actions={
        failed && (
          <Button size="sm" busy={again.isPending} onClick={() => again.mutate()}>
            {t.asideAgain}
          </Button>
        )
      }
    >
      <FormProblem error={again.error ?? pass.error} />
      {again.data && <p className="mb-2 text-sm">{t.asideAgainDone(again.data.submissions)}</p>}
      <Loaded query={query}>
        {(items) =>
          items.length === 0 ? (
            <p className="text-sm text-muted">{t.asideEmpty}</p>
          ) : (
            <ul>
              {items.map((item) => (
                <Item key={item.id} item={item} busy={pass.isPending} onPass={() => pass.mutate(item.id)} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function Item({ item, busy, onPass }: { item: WaitingFile; busy: boolean; onPass: () => void }) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 border-b border-line py-3">
      <div className="min-w-0">
        <Link to="/submissions/$id" params={{ id: item.id }} className="font-medium break-words text-blue underline underline-offset-2">
          {item.file_name}
        </Link>
        <p className="num text-xs text-muted">
          {[t.asideWhy[item.why] ?? item.why, bytes(item.bytes), t.asideGate(item.gate_version)].join(" · ")}
        </p>
        {item.how && <p className="text-sm break-words">{item.how}</p>}
      </div>
      {item.why === "known_bad" && (
        <Button size="sm" aria-label={t.asideLet(item.file_name)} disabled={busy} onClick={onPass}>
          {t.asideLetShort}
        </Button>
      )}
    </li>
  );
}
