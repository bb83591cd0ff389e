import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { isMoving, submissionQuery } from "@/api/queries/submission";
import { SubmissionMark } from "@/components/mark/state";
import { Findings } from "@/features/specimen/findings";
import { text } from "@/text";

/** What became of a file that was sent. */
export function Result({ id }: { id: string }) {
  const query = useQuery(submissionQuery(id));
  const submission = query.data;
  const client = useQueryClient();
  const state = submission?.state;
  useEffect(() => {
    // A refused file gave its place back: what is left of the day is asked again.
    if (state && !isMoving(state)) void client.invalidateQueries({ queryKey: ["quota"] });
  }, [client, state]);
  if (!submission) return <p className="text-sm text-muted">{text.common.loading}</p>;
  return (
    <div className="grid gap-3" aria-live="polite">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SubmissionMark state={submission.state} />
        {submission.score !== null && submission.score !== undefined && <span className="num text-sm text-muted">{text.contribute.score(submission.score)}</span>}
        <Link to="/submissions/$id" params={{ id }} className="ms-auto py-1 text-sm text-blue underline underline-offset-2">
          {text.contribute.openSubmission}
        </Link>
      </div>
      <p className="text-sm">{text.state.submissionMeaning[submission.state]}</p>
      {submission.findings.length > 0 && <Findings findings={submission.findings} media={submission.media_type} />}
    </div>
  );
}
