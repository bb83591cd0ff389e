import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import type { DatanetForm, Modality } from "@/api/types";

export interface DatanetFilter {
  q?: string;
  modality?: Modality;
  licence?: string;
  open?: boolean;
}

export const datanetsQuery = (filter: DatanetFilter) =>
  infiniteQueryOptions({
    queryKey: ["datanets", filter],
    queryFn: ({ pageParam }) =>
      take(api.GET("/api/v1/datanets", { params: { query: { ...filter, after: pageParam || undefined } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const datanetQuery = (id: string) =>
  queryOptions({
    queryKey: ["datanet", id],
    queryFn: () => take(api.GET("/api/v1/datanets/{id}", { params: { path: { id } } })),
  });

export const sampleQuery = (id: string) =>
  queryOptions({
    queryKey: ["datanet", id, "sample"],
    queryFn: () => take(api.GET("/api/v1/datanets/{id}/sample", { params: { path: { id } } })),
  });

export const leaderboardQuery = (id: string | null) =>
  queryOptions({
    queryKey: ["leaderboard", id],
    queryFn: () =>
      id === null
        ? take(api.GET("/api/v1/leaderboard"))
        : take(api.GET("/api/v1/datanets/{id}/leaderboard", { params: { path: { id } } })),
  });

export const contributorQuery = (id: string) =>
  queryOptions({
    queryKey: ["contributor", id],
    queryFn: () => take(api.GET("/api/v1/contributors/{id}", { params: { path: { id } } })),
  });

export function useSaveDatanet(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: DatanetForm) =>
      id === null
        ? take(api.POST("/api/v1/datanets", { body }))
        : take(api.PATCH("/api/v1/datanets/{id}", { params: { path: { id } }, body })),
    onSuccess: (saved) => {
      client.setQueryData(["datanet", saved.id], saved);
      return client.invalidateQueries({ queryKey: ["datanets"] });
    },
  });
}

export const homeQuery = queryOptions({
  queryKey: ["home"],
  queryFn: () => take(api.GET("/api/v1/home")),
  refetchInterval: 10_000,
});

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: () => take(api.GET("/api/v1/search", { params: { query: { q } } })),
    enabled: q.length > 1,
    staleTime: 30_000,
  });

export const askQuery = (q: string) =>
  queryOptions({
    queryKey: ["ask", q],
    queryFn: () => take(api.GET("/api/v1/docs/ask", { params: { query: { q } } })),
    enabled: q.length > 1,
    staleTime: 300_000,
  });
