import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import type { Outcome, RejectReason } from "@/api/types";

export const queuesQuery = queryOptions({
  queryKey: ["review", "queues"],
  queryFn: () => take(api.GET("/api/v1/review/queues")),
});

/** The next item that is not in `skip`; null when nothing waits. */
export const nextItemQuery = (datanet: string, skip: readonly string[]) =>
  queryOptions({
    queryKey: ["review", "next", datanet, skip.toSorted()],
    queryFn: async () =>
      (await take(
        api.GET("/api/v1/datanets/{id}/review/next", {
          params: { path: { id: datanet }, query: { skip: skip.join(",") || undefined } },
        }),
      )) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface Decision {
  id: string;
  outcome: Outcome;
  reasons: RejectReason[];
  note?: string;
}

export function useDecide() {
  return useMutation({
    mutationFn: ({ id, ...body }: Decision) =>
      take(api.POST("/api/v1/submissions/{id}/decision", { params: { path: { id } }, body })),
  });
}

export function useUndo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE("/api/v1/submissions/{id}/decision", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["review", "queues"] }),
  });
}

export function useCannotJudge() {
  return useMutation({
    mutationFn: (id: string) => take(api.POST("/api/v1/submissions/{id}/cannot-judge", { params: { path: { id } } })),
  });
}
