import { createFileRoute } from "@tanstack/react-router";
import { ReviewPage } from "@/features/review/review-page";

export const Route = createFileRoute("/review/$id")({ component: Screen });

function Screen() {
  const { id } = Route.useParams();
  return <ReviewPage key={id} id={id} />;
}
