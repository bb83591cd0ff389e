import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";

export const releasesQuery = (datanet: string) =>
  queryOptions({
    queryKey: ["releases", datanet],
    queryFn: () => take(api.GET("/api/v1/datanets/{id}/releases", { params: { path: { id: datanet } } })),
    refetchInterval: (query) => (query.state.data?.items.some((release) => release.state === "building") ? 1000 : false),
  });

export const releaseQuery = (id: string) =>
  queryOptions({
    queryKey: ["release", id],
    queryFn: () => take(api.GET("/api/v1/releases/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.state === "building" ? 1000 : false),
  });

export const rowsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["release", id, "rows"],
    queryFn: ({ pageParam }) =>
      take(api.GET("/api/v1/releases/{id}/rows", { params: { path: { id }, query: { after: pageParam === "" ? undefined : Number(pageParam) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const proofQuery = (id: string, index: number) =>
  queryOptions({
    queryKey: ["release", id, "proof", index],
    queryFn: () =>
      take(api.GET("/api/v1/releases/{id}/rows/{index}/proof", { params: { path: { id, index } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const diffQuery = (id: string, from: string) =>
  queryOptions({
    queryKey: ["release", id, "diff", from],
    queryFn: () => take(api.GET("/api/v1/releases/{id}/diff", { params: { path: { id }, query: { from } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const releaseFilesQuery = (id: string) =>
  queryOptions({
    queryKey: ["release", id, "files"],
    queryFn: () => take(api.GET("/api/v1/releases/{id}/files", { params: { path: { id } } })),
  });

export const previewQuery = (datanet: string) =>
  queryOptions({
    queryKey: ["releases", datanet, "preview"],
    queryFn: () => take(api.GET("/api/v1/datanets/{id}/releases/preview", { params: { path: { id: datanet } } })),
    staleTime: 0,
  });

export const alertsQuery = (datanet: string) =>
  queryOptions({
    queryKey: ["releases", datanet, "alerts"],
    queryFn: () => take(api.GET("/api/v1/datanets/{id}/alerts", { params: { path: { id: datanet } } })),
  });

export function useDismissAlert(datanet: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      take(api.POST("/api/v1/alerts/{id}/dismiss", { params: { path: { id } }, body: { reason } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["releases", datanet] }),
  });
}

export function useCreateRelease(datanet: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/datanets/{id}/releases", { params: { path: { id: datanet } } })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["releases", datanet] }),
        client.invalidateQueries({ queryKey: ["datanet", datanet] }),
      ]),
  });
}
