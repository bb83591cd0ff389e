import { useQuery } from "@tanstack/react-query";
import { accountsQuery, useChangeRole } from "@/api/queries/account";
import type { Account } from "@/api/types";
import { Page } from "@/components/ui/page";
import { Empty, FormProblem, Loaded } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { date } from "@/lib/format";
import { text } from "@/text";
import { SetAsideList } from "./set-aside";

const t = text.account;
const roles = ["reviewer", "builder", "operator"] as const;

export function OperatorPage() {
  const query = useQuery(accountsQuery);
  const change = useChangeRole();
  return (
    <Page title={t.operatorTitle} lead={t.operatorLead}>
      <FormProblem error={change.error} />
      <Loaded query={query}>
        {(accounts) =>
          accounts.length === 0 ? (
            <Empty title={t.operatorEmpty} />
          ) : (
            <Table
              caption={t.operatorTitle}
              items={accounts}
              id={(account) => account.id}
              columns={[
                { key: "name", head: text.common.name, cell: (account: Account) => <span className="font-medium">{account.name}</span> },
                { key: "since", head: t.createdAt, cell: (account: Account) => date(account.created_at), className: "text-muted max-sm:hidden" },
                ...roles.map((role) => ({
                  key: role,
                  head: text.state.role[role],
                  cell: (account: Account) => (
                    <input
                      type="checkbox"
                      className="size-5 accent-(--blue)"
                      aria-label={t.grant(text.state.role[role], account.name)}
                      checked={account.roles.includes(role)}
                      disabled={change.isPending}
                      onChange={(event) => change.mutate({ id: account.id, role, granted: event.target.checked })}
                    />
                  ),
                })),
              ]}
            />
          )
        }
      </Loaded>
      <SetAsideList />
    </Page>
  );
}
