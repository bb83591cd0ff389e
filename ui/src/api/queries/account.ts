import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import type { Me } from "@/api/types";
import { forgetTrays } from "@/lib/kept";

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: () => take(api.GET("/api/v1/settings")),
  staleTime: 300_000,
});

/** The person who asks; null for a visitor, who is not asked for twice. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ client }): Promise<Me | null> => {
    const site = await client.fetchQuery({ ...settingsQuery, staleTime: 0 });
    return site.signed_in ? take(api.GET("/api/v1/me")) : null;
  },
  staleTime: 60_000,
});

export function useMe() {
  return useQuery(meQuery);
}

/** Everything seen before belongs to somebody else after a change of person. */
function useNewPerson() {
  const client = useQueryClient();
  return (me: Me | null) => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" && query.queryKey[0] !== "settings" });
    client.setQueryData(meQuery.queryKey, me);
  };
}

export function useSignIn() {
  const arrive = useNewPerson();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => take(api.POST("/api/v1/auth/sign-in", { body })),
    onSuccess: (me) => arrive(me),
  });
}

export function useSignUp() {
  const arrive = useNewPerson();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => take(api.POST("/api/v1/auth/sign-up", { body })),
    onSuccess: (me) => arrive(me),
  });
}

export function useSetUp() {
  const arrive = useNewPerson();
  return useMutation({
    mutationFn: (body: { token: string; name: string; password: string }) =>
      take(api.POST("/api/v1/auth/set-up", { body })),
    onSuccess: (me) => arrive(me),
  });
}

export function useSignOut() {
  const leave = useNewPerson();
  return useMutation<unknown, Error, { contributor: string }>({
    mutationFn: () => take(api.POST("/api/v1/auth/sign-out")),
    onSuccess: async (_, { contributor }) => {
      await forgetTrays(contributor);
      leave(null);
    },
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { current: string; new: string }) => take(api.POST("/api/v1/auth/password", { body })),
  });
}

export const keysQuery = queryOptions({ queryKey: ["keys"], queryFn: () => take(api.GET("/api/v1/me/keys")) });

export function useCreateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => take(api.POST("/api/v1/me/keys", { body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}

export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE("/api/v1/me/keys/{id}", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}

export const noticesQuery = queryOptions({
  queryKey: ["notices"],
  queryFn: () => take(api.GET("/api/v1/me/notices")),
});

export function useReadNotices() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/me/notices/read")),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["me"] }), client.invalidateQueries({ queryKey: ["notices"] })]),
  });
}

export const quotaQuery = queryOptions({
  queryKey: ["quota"],
  queryFn: () => take(api.GET("/api/v1/me/quota")),
  staleTime: 10_000,
});

export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: () => take(api.GET("/api/v1/accounts")),
});

export function useChangeRole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, role, granted }: { id: string; role: "contributor" | "reviewer" | "builder" | "operator"; granted: boolean }) =>
      take(api.POST("/api/v1/accounts/{id}/roles", { params: { path: { id } }, body: { role, granted } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["accounts"] }),
  });
}
