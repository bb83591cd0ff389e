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

/** Files of today (UTC) that stand in a datanet; a refused one gave its place back. */
export const todayQuery = (datanet: string) =>
  queryOptions({
    queryKey: ["quota", "here", datanet],
    queryFn: async () => {
      const today = new Date().toISOString().slice(0, 10);
      let files = 0;
      let after: string | undefined;
      for (;;) {
        // Newest first: at most as many as a day has attempts.
        // oxlint-disable-next-line no-await-in-loop
        const page = await take(api.GET("/api/v1/me/submissions", { params: { query: { after } } }));
        const own = page.items.filter((item) => item.created_at.slice(0, 10) >= today);
        files += own.filter((item) => item.datanet === datanet && item.state !== "refused").length;
        if (own.length < page.items.length || !page.next) return files;
        after = page.next;
      }
    },
    staleTime: 10_000,
  });

export const submissionQuery = (id: string) =>
  queryOptions({
    queryKey: ["submission", id],
    queryFn: () => take(api.GET("/api/v1/submissions/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data.state) ? 700 : false),
  });

const asked = { staleTime: Number.POSITIVE_INFINITY, retry: false } as const;

/** Where the sound of a submission is fetched. */
export function soundOf(id: string): string {
  return `/api/v1/submissions/${id}/sound`;
}

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

/** What a submission is in, and what became of it: open to everybody once it was accepted or withdrawn. */
export const affectedQuery = (id: string) =>
  queryOptions({
    queryKey: ["submission", id, "affected"],
    queryFn: () => take(api.GET("/api/v1/submissions/{id}/affected", { params: { path: { id } } })),
    retry: false,
  });

export function useWithdraw() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => take(api.POST("/api/v1/submissions/{id}/withdraw", { params: { path: { id } } })),
    onSuccess: (_, id) => {
      // What was taken back is not kept on this page either.
      for (const part of ["extract", "preview"]) client.removeQueries({ queryKey: ["submission", id, part] });
      client.removeQueries({ queryKey: ["fetched", soundOf(id)] });
      const changed = [["submission", id], ["submissions"], ["release"], ["releases"], ["datanet"]];
      return Promise.all(changed.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
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
