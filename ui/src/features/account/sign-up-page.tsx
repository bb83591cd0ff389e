import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { settingsQuery, useSignUp } from "@/api/queries/account";
import { Note } from "@/components/ui/states";
import { localPath } from "@/lib/search";
import { useTitle } from "@/lib/title";
import { text } from "@/text";
import { CredentialsForm, Doorway } from "./credentials-form";

const t = text.account;

export function SignUpPage({ next }: { next?: string }) {
  const signUp = useSignUp();
  const settings = useQuery(settingsQuery);
  const navigate = useNavigate();
  useTitle(t.signUp);
  return (
    <Doorway title={t.signUpTitle} lead={t.signUpLead}>
      {settings.data && !settings.data.open_signup ? (
        <Note tone="amber">{t.signUpClosed}</Note>
      ) : (
        <CredentialsForm
          fresh
          submit={t.signUp}
          busy={signUp.isPending}
          error={signUp.error}
          onSubmit={(credentials) => signUp.mutate(credentials, { onSuccess: () => void navigate({ href: localPath(next) }) })}
        />
      )}
      <p className="mt-6 text-sm text-muted">
        {t.haveAccount}{" "}
        <Link to="/sign-in" search={{ next }} className="text-blue underline underline-offset-2">
          {t.signIn}
        </Link>
      </p>
    </Doorway>
  );
}
