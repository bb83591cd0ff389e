import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { datanetsQuery } from "@/api/queries/datanet";
import { releasesQuery } from "@/api/queries/release";
import { uploadRows } from "@/api/queries/factory";
import { Field, Input, Select } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { FormProblem, Skeleton } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { text } from "@/text";
import type { RunDraft } from "./settings";

const t = text.factory.form;

interface DataChoiceProps {
  draft: RunDraft;
  onChange: (part: Partial<RunDraft>) => void;
}

/** A sealed release, or rows of one's own. */
export function DataChoice({ draft, onChange }: DataChoiceProps) {
  return (
    <div className="grid gap-4">
      <Segmented
        label={t.data}
        value={draft.source}
        options={[
          { value: "release", label: t.dataRelease },
          { value: "file", label: t.dataFile },
        ]}
        onChange={(source) => onChange({ source })}
      />
      {draft.source === "release" ? <ReleaseChoice draft={draft} onChange={onChange} /> : <FileChoice draft={draft} onChange={onChange} />}
    </div>
  );
}

function ReleaseChoice({ draft, onChange }: DataChoiceProps) {
  const datanets = useInfiniteQuery(datanetsQuery({}));
  const released = (datanets.data?.pages.flatMap((page) => page.items) ?? []).filter((datanet) => datanet.releases > 0);
  const lists = useQueries({ queries: released.map((datanet) => releasesQuery(datanet.id)) });
  const ready = lists.flatMap((list) => list.data?.items ?? []).filter((release) => release.state === "ready" && !release.stopped_at);
  if (datanets.isPending || lists.some((list) => list.isPending)) return <Skeleton lines={1} />;
  if (ready.length === 0) return <p className="text-muted">{t.noReleases}</p>;
  return (
    <Field label={t.release} hint={t.releaseHint}>
      {(ids) => (
        <Select {...ids} value={draft.release} onChange={(event) => onChange({ release: event.target.value })}>
          <option value="">{t.choose}</option>
          {ready.map((release) => (
            <option key={release.id} value={release.id}>
              {text.release.title(release.datanet_name, release.version)} ({text.common.rows(release.rows)})
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function FileChoice({ draft, onChange }: DataChoiceProps) {
  const [progress, setProgress] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  async function send(file: File | undefined): Promise<void> {
    if (!file) return;
    setError(null);
    setProgress(0);
    try {
      const hash = await uploadRows(file, setProgress);
      onChange({ file: { hash, name: file.name, bytes: file.size } });
    } catch (failure) {
      setError(failure);
    }
    setProgress(null);
  }
  return (
    <div className="grid gap-3">
      <Field label={t.file} hint={draft.file ? t.fileReady(draft.file.name, bytes(draft.file.bytes)) : t.fileHint}>
        {(ids) => <Input {...ids} type="file" accept=".jsonl,.ndjson,application/jsonl" className="py-1.5" onChange={(event) => void send(event.target.files?.[0])} />}
      </Field>
      {progress !== null && <progress className="h-2 w-full accent-(--blue)" max={1} value={progress} aria-label={t.file} />}
      <FormProblem error={error} />
    </div>
  );
}
