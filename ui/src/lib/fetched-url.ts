import { useQuery } from "@tanstack/react-query";
import { toProblem, ProblemError } from "@/lib/problem";
import { useObjectUrl } from "./object-url";

/** A sound fetched whole: only then can a browser jump about in it without asking the server again. */
export function useFetchedUrl(url: string | null): string | null {
  const query = useQuery({
    queryKey: ["fetched", url],
    queryFn: async () => {
      const answer = await fetch(url ?? "", { credentials: "same-origin" });
      if (!answer.ok) throw new ProblemError(toProblem(null, answer.status));
      return answer.blob();
    },
    enabled: url !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return useObjectUrl(query.data ?? null);
}
