import { createFileRoute } from "@tanstack/react-router";
import { SubmissionPage } from "@/features/contribute/submission-page";

export const Route = createFileRoute("/submissions/$id")({ component: Screen });

function Screen() {
  const { id } = Route.useParams();
  return <SubmissionPage key={id} id={id} />;
}
