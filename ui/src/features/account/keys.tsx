import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { keysQuery, useCreateKey, useRevokeKey } from "@/api/queries/account";
import type { ApiKey } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Copy } from "@/components/ui/copy";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { FormProblem, Loaded, Note } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { ago, date } from "@/lib/format";
import { text } from "@/text";

const t = text.account;

/** Keys for scripts: made here, shown once, revoked here. */
export function Keys() {
  const query = useQuery(keysQuery);
  const create = useCreateKey();
  const [name, setName] = useState("");
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim()) create.mutate(name.trim(), { onSuccess: () => setName("") });
  }
  return (
    <div className="grid gap-5">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <Field label={t.keyName} className="w-64 max-w-full">
          {(ids) => <Input {...ids} placeholder={t.keyNamePlaceholder} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />}
        </Field>
        <Button type="submit" busy={create.isPending} disabled={name.trim() === ""}>
          {t.createKey}
        </Button>
      </form>
      <FormProblem error={create.error} />
      {create.data && (
        <Note tone="gold">
          <p className="font-medium">{t.keyOnce}</p>
          <p className="flex items-center gap-1">
            <code className="break-all">{create.data.secret}</code>
            <Copy value={create.data.secret} label={t.copyKey} />
          </p>
        </Note>
      )}
      <Loaded query={query}>
        {(keys) =>
          keys.length === 0 ? (
            <p className="text-muted">{t.noKeys}</p>
          ) : (
            <Table
              caption={t.keys}
              items={keys}
              id={(key) => key.id}
              columns={[
                { key: "name", head: text.common.name, cell: (key) => key.name },
                { key: "prefix", head: t.keyPrefix, cell: (key) => <code className="text-xs">{key.prefix}…</code> },
                { key: "used", head: t.lastUsed, cell: (key) => (key.last_used_at ? ago(key.last_used_at) : t.never) },
                { key: "made", head: t.createdAt, cell: (key) => date(key.created_at), className: "max-sm:hidden" },
                {
                  key: "revoke",
                  head: <span className="sr-only">{t.revoke}</span>,
                  cell: (key) => (
                    <Button look="danger" size="sm" aria-label={t.revokeNamed(key.name)} onClick={() => setDoomed(key)}>
                      {t.revoke}
                    </Button>
                  ),
                  number: true,
                },
              ]}
            />
          )
        }
      </Loaded>
      <RevokeDialog doomed={doomed} onClose={() => setDoomed(null)} />
    </div>
  );
}

function RevokeDialog({ doomed, onClose }: { doomed: ApiKey | null; onClose: () => void }) {
  const revoke = useRevokeKey();
  return (
    <Dialog open={doomed !== null} onClose={onClose} title={t.revokeTitle}>
      <p>{doomed && t.revokeBody(doomed.name)}</p>
      <FormProblem error={revoke.error} />
      <div className="flex gap-3">
        <Button look="danger" busy={revoke.isPending} onClick={() => doomed && revoke.mutate(doomed.id, { onSuccess: onClose })}>
          {t.revoke}
        </Button>
        <Button onClick={onClose}>{text.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
