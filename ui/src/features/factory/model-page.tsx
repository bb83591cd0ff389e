import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { modelFilesQuery, modelQuery } from "@/api/queries/factory";
import type { Model } from "@/api/types";
import { Button } from "@/components/ui/button";
import { CopyId } from "@/components/ui/copy";
import { Figure, Page, Section } from "@/components/ui/page";
import { Loaded, Note } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { bytes, compact, shortHash } from "@/lib/format";
import { text } from "@/text";

const t = text.factory.model;

export function ModelPage({ id }: { id: string }) {
  const query = useQuery(modelQuery(id));
  return (
    <Page
      title={query.data?.name ?? t.eyebrow}
      eyebrow={query.data ? text.state.modelKind[query.data.kind] : t.eyebrow}
      crumbs={[
        { label: text.factory.title, to: "/runs" },
        { label: t.title, to: "/models" },
      ]}
      actions={
        query.data && (
          <Button asChild look="primary">
            <Link to="/playground" search={query.data.base ? { left: query.data.base, right: id } : { left: id }}>
              {t.try}
            </Link>
          </Button>
        )
      }
    >
      <Loaded query={query}>{(model) => <Sheet model={model} />}</Loaded>
    </Page>
  );
}

function Sheet({ model }: { model: Model }) {
  const files = useQuery(modelFilesQuery(model.id));
  return (
    <>
      {model.since_withdrawn.length > 0 && (
        <Note tone="amber" className="mb-6">
          {text.release.since(model.since_withdrawn.length)}
        </Note>
      )}
      <dl className="mb-8 flex flex-wrap gap-x-10 gap-y-3">
        <Figure value={compact(model.parameters)} label={t.parameters} />
        <Figure value={t.contextTokens(model.context)} label={t.context} />
        <Figure value={model.family} label={t.family} />
        <Figure value={bytes(model.bytes)} label={t.bytes} />
        <Figure value={model.chat ? text.common.yes : text.common.no} label={model.chat ? t.chatYes : t.chatNo} />
      </dl>
      <div className="mb-8 grid gap-2">
        {model.base && (
          <p>
            <span className="text-muted">{t.base}: </span>
            <Link to="/models/$id" params={{ id: model.base }} className="text-blue underline underline-offset-2">
              {model.base_name}
            </Link>
          </p>
        )}
        {model.run && (
          <p>
            <Link to="/runs/$id" params={{ id: model.run }} className="text-blue underline underline-offset-2">
              {t.fromRun}
            </Link>
          </p>
        )}
        <p className="flex items-center gap-2">
          <span className="text-muted">{t.manifest}: </span>
          <CopyId value={model.manifest} label={text.common.copyHash} />
        </p>
      </div>
      <Section title={t.files} hint={t.filesHint}>
        <Loaded query={files}>
          {(list) => (
            <Table
              caption={t.files}
              items={list}
              id={(file) => file.name}
              columns={[
                {
                  key: "name",
                  head: text.common.file,
                  cell: (file) => (
                    <a className="py-1 text-blue underline underline-offset-2" href={`/api/v1/models/${model.id}/files/${encodeURIComponent(file.name)}`} download={file.name}>
                      {file.name}
                    </a>
                  ),
                },
                { key: "bytes", head: text.common.size, cell: (file) => bytes(file.bytes), number: true },
                { key: "hash", head: text.contribute.hash, cell: (file) => <code className="text-xs text-muted">{shortHash(file.hash)}…</code>, className: "max-sm:hidden" },
              ]}
            />
          )}
        </Loaded>
      </Section>
    </>
  );
}
