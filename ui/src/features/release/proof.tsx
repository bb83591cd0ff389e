import { useQuery } from "@tanstack/react-query";
import { proofQuery } from "@/api/queries/release";
import type { RowProof } from "@/api/types";
import { glyph, Punch } from "@/components/mark/punch";
import { Dialog } from "@/components/ui/dialog";
import { Loaded, Note } from "@/components/ui/states";
import { rowText, verify } from "@/lib/merkle";
import { text } from "@/text";

const t = text.release;

interface ProofDialogProps {
  release: string;
  /** The root the release states; never the one the proof brings along. */
  root: string;
  index: number;
  onClose: () => void;
}

/** Step by step from the row's own words to the release's root, computed here. */
export function ProofDialog({ release, root, index, onClose }: ProofDialogProps) {
  const query = useQuery(proofQuery(release, index));
  return (
    <Dialog open onClose={onClose} title={t.proofTitle(index)} className="w-[min(46rem,calc(100vw-2rem))]">
      <Loaded query={query}>{(proof) => <Verified proof={proof} root={root} />}</Loaded>
    </Dialog>
  );
}

function Verified({ proof, root }: { proof: RowProof; root: string }) {
  const possible = typeof crypto !== "undefined" && crypto.subtle !== undefined;
  const check = useQuery({ queryKey: ["verify", root, proof.row.index], queryFn: () => verify(proof, root), enabled: possible, retry: false });
  if (!possible) return <Note tone="amber">{t.noCrypto}</Note>;
  if (check.isPending) return <p>{t.proving}</p>;
  const result = check.data;
  const holds = result !== undefined && result.leafMatches && result.rootMatches;
  return (
    <div className="grid gap-4">
      <div role="status" className="flex items-start gap-3">
        <Punch shape={holds ? "octagon" : "square"} tone={holds ? "gold" : "red"} size={44} struck>
          {holds ? glyph.tick : glyph.cross}
        </Punch>
        <div>
          <p className={`text-base font-semibold ${holds ? "text-gold" : "text-red"}`}>{holds ? t.verified : t.notVerified}</p>
          <p className="text-sm">{holds ? t.verifiedBody : t.notVerifiedBody}</p>
        </div>
      </div>
      <ol className="grid gap-3 border-s border-line ps-4">
        <Step label={t.proofStep.row} value={rowText(proof.row)} clamp />
        <Step label={t.proofStep.leaf} value={result?.leaf ?? String(check.error)} good={result?.leafMatches} />
        <Step label={t.proofStep.path(proof.path.length)} value={proof.path.map((hash) => hash.slice(0, 8)).join(" → ")} />
        <Step label={t.proofStep.root} value={result?.root ?? ""} good={result?.rootMatches} />
        <Step label={t.proofStep.stated} value={root} />
      </ol>
    </div>
  );
}

function Step({ label, value, good, clamp = false }: { label: string; value: string; good?: boolean; clamp?: boolean }) {
  return (
    <li className="min-w-0">
      <p className="text-xs text-muted">{label}</p>
      <p className={`font-mono text-xs break-all ${clamp ? "line-clamp-4" : ""} ${good === false ? "text-red" : good ? "text-gold" : ""}`}>{value}</p>
    </li>
  );
}
