import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { modelsQuery } from "@/api/queries/factory";
import type { Model } from "@/api/types";
import { Punch } from "@/components/mark/punch";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Empty, Loaded } from "@/components/ui/states";
import { ago, bytes, compact } from "@/lib/format";
import { text } from "@/text";

const t = text.factory.model;

/** Every base with its adapters under it. */
export function ModelsPage() {
  const query = useQuery(modelsQuery);
  return (
    <Page title={t.title} lead={t.lead} crumbs={[{ label: text.factory.title, to: "/runs" }]}>
      <Loaded query={query}>
        {(models) => {
          const bases = models.filter((model) => model.kind === "base");
          return models.length === 0 ? (
            <Empty title={t.none}>{text.factory.noModelsBody}</Empty>
          ) : (
            <ul className="border-t border-line">
              {bases.map((base) => (
                <li key={base.id} className="border-b border-line py-2">
                  <ModelLine model={base} />
                  <ul className="ms-5 border-s border-line ps-5">
                    {models
                      .filter((model) => model.kind === "adapter" && model.base === base.id)
                      .map((model) => (
                        <li key={model.id}>
                          <ModelLine model={model} />
                        </li>
                      ))}
                  </ul>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Page>
  );
}

function ModelLine({ model }: { model: Model }) {
  const adapter = model.kind === "adapter";
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
      <Punch shape={adapter ? "shield" : "square"} tone={adapter ? "gold" : "ink"} size={34} struck={adapter}>
        {adapter ? "A" : "B"}
      </Punch>
      <div className="min-w-0 grow">
        <Link to="/models/$id" params={{ id: model.id }} className="font-medium break-words underline-offset-2 hover:underline">
          {model.name}
        </Link>
        <p className="num text-xs text-muted">
          {[text.state.modelKind[model.kind], compact(model.parameters), model.family, bytes(model.bytes), model.chat ? t.chatYes : t.chatNo, ago(model.created_at)].join(" · ")}
        </p>
      </div>
      <Button asChild size="sm">
        <Link to="/playground" search={adapter ? { left: model.base ?? undefined, right: model.id } : { left: model.id }} aria-label={`${t.try}: ${model.name}`}>
          {t.try}
        </Link>
      </Button>
    </div>
  );
}
