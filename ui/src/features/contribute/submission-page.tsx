import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "@/api/queries/account";
import { affectedQuery, submissionQuery, useWithdraw } from "@/api/queries/submission";
import type { Me, Submission } from "@/api/types";
import { SubmissionMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { CopyId } from "@/components/ui/copy";
import { Dialog } from "@/components/ui/dialog";
import { type Crumb, Page, Section } from "@/components/ui/page";
import { FormProblem, Loaded, Note, Skeleton } from "@/components/ui/states";
import { NotRunList } from "@/features/specimen/not-run";
import { bytes, listOf, moment } from "@/lib/format";
import { mediaWord } from "@/lib/media";
import { text } from "@/text";
import { Shown } from "./submission-content";
import { whyOf } from "./mine-page";
import { Tombstone } from "./tombstone";

const t = text.contribute;

export function SubmissionPage({ id }: { id: string }) {
  const query = useQuery(submissionQuery(id));
  // Whoever may not read it is still told that it was taken back, and what that stopped.
  const affected = useQuery({ ...affectedQuery(id), enabled: query.error !== null });
  const gone = affected.data?.state === "withdrawn";
  const kind = text.frame.kinds.submission ?? "";
  const me = useMe();
  return (
    <Page title={query.data?.file_name ?? kind} crumbs={crumbsOf(query.data, me.data)} eyebrow={query.data && kind}>
      {query.error && !query.data && affected.isLoading && <Skeleton />}
      {query.error && !query.data && gone && <Tombstone id={id} />}
      {!(query.error && !query.data && (gone || affected.isLoading)) && <Loaded query={query}>{(submission) => <Sheet submission={submission} />}</Loaded>}
    </Page>
  );
}

/** One's own lead back to one's list, those of others to their datanet. */
function crumbsOf(submission: Submission | undefined, me: Me | null | undefined): Crumb[] {
  const datanets = { label: text.frame.datanets, to: "/datanets" };
  if (!submission) return [datanets];
  if (me && me.contributor === submission.contributor) return [{ label: t.mineTitle, to: "/submissions" }];
  return [datanets, { label: submission.datanet_name, to: `/datanets/${submission.datanet}` }];
}

/** What its state means; what is in a release is not said to wait for the next. */
function meaningOf({ state, releases }: Submission): string {
  if (state === "accepted" && releases.length > 0) return t.isIn(listOf(releases.map((one) => text.release.short(one.version))));
  return text.state.submissionMeaning[state];
}

function Sheet({ submission }: { submission: Submission }) {
  const me = useMe();
  const mine = Boolean(me.data && me.data.contributor === submission.contributor);
  return (
    <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0" aria-live="polite">
        {submission.state === "withdrawn" ? <Tombstone id={submission.id} /> : <Whole submission={submission} mine={mine} />}
      </div>
      <aside className="min-w-0">
        <Section title={text.release.facts}>
          <Facts submission={submission} />
        </Section>
        {mine && <Withdraw submission={submission} />}
      </aside>
    </div>
  );
}

function Whole({ submission, mine }: { submission: Submission; mine: boolean }) {
  const why = whyOf(submission);
  return (
    <>
      <div className="mb-8 border-s-4 border-gold-fill ps-4">
        <SubmissionMark state={submission.state} size={28} />
        <p className="mt-1 text-base">{meaningOf(submission)}</p>
        {submission.state === "rejected" && why && <p className="mt-1 max-w-[72ch] text-base">{why}</p>}
        {submission.note && (
          <p className="mt-2 max-w-[72ch] text-sm">
            <span className="text-muted">{t.decisionNote}: </span>
            {submission.note}
          </p>
        )}
      </div>
      <Shown submission={submission} mine={mine} />
      <NotRunList lines={submission.not_run} className="mb-10" />
    </>
  );
}

/** Whose work it is, where the reader may know. */
function byOf({ contributor, contributor_name }: Submission): [string, React.ReactNode][] {
  if (!contributor || !contributor_name) return [];
  return [
    [
      t.by,
      <Link key="c" to="/contributors/$id" params={{ id: contributor }} className="text-blue underline underline-offset-2">
        {contributor_name}
      </Link>,
    ],
  ];
}

function Facts({ submission }: { submission: Submission }) {
  const rows: [string, React.ReactNode][] = [
    [
      t.submittedTo,
      <Link key="d" to="/datanets/$id" params={{ id: submission.datanet }} className="text-blue underline underline-offset-2">
        {submission.datanet_name}
      </Link>,
    ],
    ...byOf(submission),
    [text.common.when, moment(submission.created_at)],
    [text.common.size, [bytes(submission.bytes), mediaWord(submission.media_type)].filter(Boolean).join(", ")],
    [text.common.licence, submission.licence],
    [t.scoreLabel, submission.score === null || submission.score === undefined ? t.scoreNone : t.score(submission.score)],
    [
      t.inReleases,
      submission.releases.length === 0
        ? t.notInRelease
        : submission.releases.map((release) => (
            <Link key={release.id} to="/releases/$id" params={{ id: release.id }} className="me-2 text-blue underline underline-offset-2">
              {text.release.short(release.version)}
            </Link>
          )),
    ],
    [t.hash, <CopyId key="h" value={submission.hash} label={text.common.copyHash} />],
  ];
  return (
    <>
      <dl className="grid gap-3">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt className="text-xs text-muted">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {mayDownload(submission) && (
        <a href={`/api/v1/submissions/${submission.id}/file`} download={submission.file_name} className="mt-4 inline-block py-1 text-sm text-blue underline underline-offset-2">
          {t.download}
        </a>
      )}
    </>
  );
}

/** Whoever may not know the author gets no document: it can name them. What was taken back is nobody's to fetch. */
function mayDownload({ contributor, media_type, state }: Submission): boolean {
  if (state === "withdrawn" || state === "voided") return false;
  return Boolean(contributor) || /^(text|image|audio)\//.test(media_type ?? "");
}

/** All but what is being checked, was refused or is gone already. */
const WITHDRAWABLE: ReadonlySet<Submission["state"]> = new Set(["held", "in_review", "accepted", "rejected"]);

function Withdraw({ submission }: { submission: Submission }) {
  const withdraw = useWithdraw();
  const [asking, setAsking] = useState(false);
  const affected = useQuery({ ...affectedQuery(submission.id), enabled: asking });
  if (!WITHDRAWABLE.has(submission.state)) return null;
  // Those that have stopped already stop no more.
  const releases = affected.data?.releases.filter((one) => !one.stopped_at) ?? submission.releases;
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {t.withdraw}
      </Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title={t.withdrawTitle}>
        <p>{t.withdrawBody}</p>
        {affected.isLoading && <p className="text-muted">{text.common.loading}</p>}
        {releases.length > 0 && (
          <Note tone="amber">
            <strong className="font-medium">{t.withdrawStops(listOf(releases.map((one) => text.release.short(one.version))), releases.length)}</strong> {t.withdrawRecord(releases.length)}
          </Note>
        )}
        {!affected.isLoading && releases.length === 0 && <p>{t.withdrawNoRelease}</p>}
        <p className="font-medium">{t.withdrawFinal}</p>
        <FormProblem error={withdraw.error} />
        <div className="flex flex-wrap gap-3">
          <Button look="danger" busy={withdraw.isPending} onClick={() => withdraw.mutate(submission.id, { onSuccess: () => setAsking(false) })}>
            {t.withdrawForGood}
          </Button>
          <Button onClick={() => setAsking(false)}>{text.common.cancel}</Button>
        </div>
      </Dialog>
    </>
  );
}
