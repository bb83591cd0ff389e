import { useNavigate } from "@tanstack/react-router";
import { useSetUp } from "@/api/queries/account";
import { Note } from "@/components/ui/states";
import { useTitle } from "@/lib/title";
import { text } from "@/text";
import { CredentialsForm, Doorway } from "./credentials-form";

const t = text.account;

export function SetUpPage({ token }: { token: string }) {
  const setUp = useSetUp();
  const navigate = useNavigate();
  useTitle(t.setUpTitle);
  return (
    <Doorway title={t.setUpTitle} lead={t.setUpLead}>
      {token === "" ? (
        <Note tone="amber">{t.setUpNoToken}</Note>
      ) : (
        <CredentialsForm
          fresh
          submit={t.setUp}
          busy={setUp.isPending}
          error={setUp.error}
          onSubmit={(credentials) => setUp.mutate({ token, ...credentials }, { onSuccess: () => void navigate({ to: "/", replace: true }) })}
        />
      )}
    </Doorway>
  );
}
