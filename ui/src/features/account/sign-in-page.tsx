import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { settingsQuery, useSignIn } from "@/api/queries/account";
import { localPath } from "@/lib/search";
import { useTitle } from "@/lib/title";
import { text } from "@/text";
import { CredentialsForm, Doorway } from "./credentials-form";

const t = text.account;

export function SignInPage({ next }: { next?: string }) {
  const signIn = useSignIn();
  const settings = useQuery(settingsQuery);
  const navigate = useNavigate();
  useTitle(t.signIn);
  return (
    <Doorway title={t.signInTitle} lead={t.signInLead}>
      <CredentialsForm
        fresh={false}
        submit={t.signIn}
        busy={signIn.isPending}
        error={signIn.error}
        onSubmit={(credentials) => signIn.mutate(credentials, { onSuccess: () => void navigate({ href: localPath(next) }) })}
      />
      {settings.data?.open_signup && (
        <p className="mt-6 text-sm text-muted">
          {t.noAccount}{" "}
          <Link to="/sign-up" search={{ next }} className="text-blue underline underline-offset-2">
            {t.signUp}
          </Link>
        </p>
      )}
    </Doorway>
  );
}
