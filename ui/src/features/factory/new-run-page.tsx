import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/queries/account";
import { modelsQuery } from "@/api/queries/factory";
import { Page } from "@/components/ui/page";
import { Empty, Failure, Loaded, Skeleton } from "@/components/ui/states";
import { signedOut } from "@/lib/problem";
import { text } from "@/text";
import { RunFormView } from "./run-form";

interface NewRunPageProps {
  release?: string;
  base?: string;
}

export function NewRunPage({ release, base }: NewRunPageProps) {
  const me = useMe();
  const models = useQuery(modelsQuery);
  return (
    <Page wide title={text.factory.form.title} lead={text.factory.form.lead} crumbs={[{ label: text.factory.title, to: "/runs" }]}>
      {me.isPending && <Skeleton />}
      {me.data === null && <Failure error={signedOut(text.factory.signIn)} />}
      {me.data && (
        <Loaded query={models}>
          {(list) =>
            list.some((model) => model.kind === "base") ? (
              <RunFormView models={list} release={release ?? ""} base={base ?? ""} />
            ) : (
              <Empty title={text.factory.noModels}>{text.factory.noModelsBody}</Empty>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
