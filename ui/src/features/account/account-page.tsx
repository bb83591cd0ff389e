import { type FormEvent, useState } from "react";
import { useChangePassword, useMe } from "@/api/queries/account";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Page, Section } from "@/components/ui/page";
import { Failure, FormProblem, Note, Skeleton } from "@/components/ui/states";
import { signedOut } from "@/lib/problem";
import { text } from "@/text";
import { Keys } from "./keys";

const t = text.account;

export function AccountPage() {
  const me = useMe();
  return (
    <Page title={t.title} lead={me.data ? t.lead(me.data.name) : undefined}>
      {me.isPending && <Skeleton />}
      {me.error && <Failure error={me.error} retry={() => void me.refetch()} />}
      {me.data === null && <Failure error={signedOut(text.problem.signedOutHint)} />}
      {me.data && (
        <div className="max-w-[48rem]">
          <Section title={t.roles}>
            <p>{["contributor" as const, ...me.data.roles.filter((role) => role !== "contributor")].map((role) => text.state.role[role]).join(", ")}</p>
          </Section>
          <Section title={t.keys} hint={t.keysHint}>
            <Keys />
          </Section>
          <Section title={t.changePassword} hint={t.changePasswordHint}>
            <Password />
          </Section>
        </div>
      )}
    </Page>
  );
}

function Password() {
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const short = next.length > 0 && next.length < 10;
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (next.length < 10) return;
    change.mutate(
      { current, new: next },
      {
        onSuccess: () => {
          setCurrent("");
          setNext("");
        },
      },
    );
  }
  return (
    <form onSubmit={submit} className="grid max-w-96 gap-4">
      <Field label={t.currentPassword}>
        {(ids) => <Input {...ids} type="password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.target.value)} />}
      </Field>
      <Field label={t.newPassword} hint={t.passwordHint} error={short ? t.passwordShort : null}>
        {(ids) => <Input {...ids} type="password" autoComplete="new-password" required value={next} onChange={(event) => setNext(event.target.value)} />}
      </Field>
      <FormProblem error={change.error} />
      {change.isSuccess && (
        <Note tone="gold">
          <span role="status">{t.changed}</span>
        </Note>
      )}
      <Button type="submit" busy={change.isPending} className="w-fit">
        {t.changePassword}
      </Button>
    </form>
  );
}
