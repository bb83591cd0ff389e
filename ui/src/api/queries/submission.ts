import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import type { Declaration, PreCheck, Submission, SubmissionState } from "@/api/types";
import { upload } from "@/lib/upload";

const moving: SubmissionState[] = ["checking", "passed"];

/** Whether the next state comes by itself, without a person. */
export function isMoving(state: SubmissionState): boolean {
  return moving.includes(state);
}

export const mineQuery = infiniteQueryOptions({
  queryKey: ["submissions", "mine"],
  queryFn: ({ pageParam }) =>
    take(api.GET("/api/v1/me/submissions", { params: { query: { after: pageParam || undefined } } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next ?? undefined,
});

export const submissionQuery = (id: string) =>
  queryOptions({
    queryKey: ["submission", id],
    queryFn: () => take(api.GET("/api/v1/submissions/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data.state) ? 700 : false),
  });

const asked = { staleTime: Number.POSITIVE_INFINITY, retry: false } as const;

/** What was read of a text or a document. */
export const extractQuery = (id: string) =>
  queryOptions({
    queryKey: ["submission", id, "extract"],
    queryFn: () => take(api.GET("/api/v1/submissions/{id}/extract", { params: { path: { id } } })),
    ...asked,
  });

/** A picture, or the drawing of a sound. */
export const previewQuery = (id: string) =>
  queryOptions({
    queryKey: ["submission", id, "preview"],
    queryFn: () => take(api.GET("/api/v1/submissions/{id}/preview", { params: { path: { id } } })),
    ...asked,
  });

export function useWithdraw() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => take(api.POST("/api/v1/submissions/{id}/withdraw", { params: { path: { id } } })),
    onSuccess: (_, id) =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["submission", id] }),
        client.invalidateQueries({ queryKey: ["submissions"] }),
      ]),
  });
}

function form(file: File, declaration: Declaration): FormData {
  const body = new FormData();
  body.append("declaration", JSON.stringify(declaration));
  body.append("file", file, file.name);
  return body;
}

type Progress = (share: number) => void;

/** What the gate would say; spends nothing but an attempt. */
export function preCheck(datanet: string, file: File, declaration: Declaration, on: Progress): Promise<PreCheck> {
  return upload<PreCheck>(`/api/v1/datanets/${datanet}/pre-check`, form(file, declaration), on);
}

export function submit(datanet: string, file: File, declaration: Declaration, on: Progress): Promise<Submission> {
  return upload<Submission>(`/api/v1/datanets/${datanet}/submissions`, form(file, declaration), on);
}
