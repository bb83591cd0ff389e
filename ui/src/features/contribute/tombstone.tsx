import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { affectedQuery } from "@/api/queries/submission";
import type { Affected } from "@/api/types";
import { SubmissionMark } from "@/components/mark/state";
import { Section } from "@/components/ui/page";
import { Loaded } from "@/components/ui/states";
import { moment } from "@/lib/format";
import { text } from "@/text";

const t = text.contribute.tombstone;
const link = "text-blue underline underline-offset-2";

/** What everybody may know of a submission that was taken back, with what it stopped. */
export function Tombstone({ id }: { id: string }) {
  const query = useQuery(affectedQuery(id));
  return <Loaded query={query}>{(affected) => <Stone affected={affected} />}</Loaded>;
}

function Stone({ affected: { state, withdrawn_at, releases, runs } }: { affected: Affected }) {
  return (
    <>
      <div className="mb-8 border-s-4 border-line-strong ps-4">
        <SubmissionMark state={state} size={28} />
        <p className="mt-1 max-w-[72ch] text-base">{withdrawn_at ? t.bodyAt(moment(withdrawn_at)) : t.body}</p>
      </div>
      <Section title={t.releases} hint={releases.length > 0 ? t.releasesHint : undefined}>
        {releases.length === 0 && <p className="text-muted">{t.noRelease}</p>}
        <ul className="grid gap-2">
          {releases.map(({ id, datanet_name, version, stopped_at, next }) => (
            <li key={id} className="border-s-2 border-line ps-3">
              <Link to="/releases/$id" params={{ id }} className={link}>
                {text.release.title(datanet_name, version)}
              </Link>{" "}
              <span className="text-muted">{stopped_at ? t.stoppedAt(moment(stopped_at)) : t.stillOut}</span>
              <p className="text-sm">
                {next ? (
                  <Link to="/releases/$id" params={{ id: next.id }} className={link}>
                    {text.release.insteadUse(next.version)}
                  </Link>
                ) : (
                  t.noNext
                )}
              </p>
            </li>
          ))}
        </ul>
      </Section>
      {runs.length > 0 && (
        <Section title={t.runs} hint={t.runsHint}>
          <ul className="grid gap-1">
            {runs.map((run) => (
              <li key={run.id}>
                <Link to="/runs/$id" params={{ id: run.id }} className={link}>
                  {run.name}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
