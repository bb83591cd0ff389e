import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";

/** Submissions no reviewer sees until the operator has looked. */
export const setAsideQuery = queryOptions({
  queryKey: ["operator", "set-aside"],
  queryFn: () => take(api.GET("/api/v1/operator/set-aside")),
});

export function useRecheck() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/operator/recheck")),
    onSuccess: () => client.invalidateQueries({ queryKey: ["operator"] }),
  });
}

export function useLetThrough() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => take(api.POST("/api/v1/operator/set-aside/{id}/let-through", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["operator"] }),
  });
}
