import { useQuery } from "@tanstack/react-query";
import { releaseFilesQuery } from "@/api/queries/release";
import type { Release } from "@/api/types";
import { Loaded } from "@/components/ui/states";
import { bytes, shortHash } from "@/lib/format";
import { text } from "@/text";

const t = text.release;

/** The folder of a release, file by file. */
export function ReleaseFiles({ release }: { release: Release }) {
  const query = useQuery(releaseFilesQuery(release.id));
  const stopped = release.stopped_at !== null && release.stopped_at !== undefined;
  return (
    <Loaded query={query}>
      {(files) => (
        <ul className="grid gap-2">
          {files.map((file) => (
            <li key={file.name} className="min-w-0 text-sm">
              {stopped && file.content ? (
                <span className="break-all text-muted line-through">{file.name}</span>
              ) : (
                <a className="break-all text-blue underline underline-offset-2" href={`/api/v1/releases/${release.id}/files/${file.name}`} download>
                  {file.name}
                </a>
              )}
              <span className="num block text-xs text-muted">
                {bytes(file.bytes)} · <span className="font-mono">{shortHash(file.sha256)}</span>
                {stopped && file.content && ` · ${t.withheld}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
