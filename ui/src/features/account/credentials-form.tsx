import { type FormEvent, type ReactNode, useState } from "react";
import { Guilloche } from "@/components/mark/guilloche";
import { Logo } from "@/components/mark/logo";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { text } from "@/text";

const t = text.account;

interface CredentialsFormProps {
  fresh: boolean;
  submit: string;
  busy: boolean;
  error: unknown;
  onSubmit: (credentials: { name: string; password: string }) => void;
}

/** Name and password; `fresh` when they are being chosen now. */
export function CredentialsForm({ fresh, submit, busy, error, onSubmit }: CredentialsFormProps) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const shortName = fresh && name.trim().length < 3;
  const shortPassword = fresh && password.length < 10;
  function send(event: FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (!shortName && !shortPassword) onSubmit({ name: name.trim(), password });
  }
  return (
    <form onSubmit={send} noValidate className="grid gap-4">
      <Field label={t.name} hint={fresh ? t.nameHint : undefined} error={tried && shortName ? t.nameShort : null}>
        {(ids) => <Input {...ids} name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} required />}
      </Field>
      <Field label={t.password} hint={fresh ? t.passwordHint : undefined} error={tried && shortPassword ? t.passwordShort : null}>
        {(ids) => (
          <Input {...ids} name="password" type="password" autoComplete={fresh ? "new-password" : "current-password"} value={password} onChange={(event) => setPassword(event.target.value)} required />
        )}
      </Field>
      <FormProblem error={error} />
      <Button look="primary" type="submit" busy={busy}>
        {submit}
      </Button>
    </form>
  );
}

/** The certificate the door is drawn on. */
export function Doorway({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <div className="relative isolate flex min-h-[calc(100dvh-7rem)] items-start justify-center overflow-hidden px-4 py-10 sm:items-center">
      <Guilloche className="absolute start-1/2 top-1/2 -z-10 size-[44rem] -translate-x-1/2 -translate-y-1/2 rtl:translate-x-1/2" />
      <div className="w-full max-w-96 rounded-md border border-line bg-surface p-6 shadow-lift sm:p-8">
        <Logo size={36} />
        <h1 className="mt-4 text-lg font-semibold">{title}</h1>
        <p className="mt-1 mb-6 text-sm text-muted">{lead}</p>
        {children}
      </div>
    </div>
  );
}
