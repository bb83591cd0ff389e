import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import type { RunForm, RunState } from "@/api/types";
import { upload } from "@/lib/upload";

const final: RunState[] = ["done", "stopped", "cancelled", "failed"];

/** Whether nothing more will happen to a run. */
export function isFinal(state: RunState): boolean {
  return final.includes(state);
}

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: () => take(api.GET("/api/v1/models")),
  select: (page) => page.items,
});

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ["model", id],
    queryFn: () => take(api.GET("/api/v1/models/{id}", { params: { path: { id } } })),
  });

export const modelFilesQuery = (id: string) =>
  queryOptions({
    queryKey: ["model", id, "files"],
    queryFn: () => take(api.GET("/api/v1/models/{id}/files", { params: { path: { id } } })),
  });

export const runsQuery = queryOptions({
  queryKey: ["runs"],
  queryFn: () => take(api.GET("/api/v1/runs")),
  select: (page) => page.items,
  refetchInterval: (query) => (query.state.data?.items.some((run) => !isFinal(run.state)) ? 2000 : 20_000),
});

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: () => take(api.GET("/api/v1/runs/{id}", { params: { path: { id } } })),
    // The stream keeps it fresh; asking again would throw its events away.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });

export const estimateQuery = (form: RunForm | null) =>
  queryOptions({
    queryKey: ["estimate", form],
    queryFn: () => take(api.POST("/api/v1/runs/estimate", { body: form as RunForm })),
    enabled: form !== null,
    placeholderData: (before) => before,
    retry: false,
    staleTime: 60_000,
  });

export function useStartRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RunForm) => take(api.POST("/api/v1/runs", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
}

export function useEndRun(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (how: "stop" | "cancel") =>
      how === "stop"
        ? take(api.POST("/api/v1/runs/{id}/stop", { params: { path: { id } } }))
        : take(api.POST("/api/v1/runs/{id}/cancel", { params: { path: { id } } })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["run", id] }), client.invalidateQueries({ queryKey: ["runs"] })]),
  });
}

/** Puts rows of one's own on the server; answers the hash a run names them by. */
export async function uploadRows(file: File, on: (share: number) => void): Promise<string> {
  const body = new FormData();
  body.append("file", file, file.name);
  return await upload<string>("/api/v1/files", body, on);
}
