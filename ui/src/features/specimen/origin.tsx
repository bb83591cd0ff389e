import type { Finding, Submission } from "@/api/types";
import { text } from "@/text";

const t = text.specimen.origin;

/** The checks that ask how a file was made. */
const asking = ["I11", "S11", "T19"];

export function isSign(finding: Finding): boolean {
  // A name in a tag says whose it is, not how it was made.
  return asking.includes(finding.check) && finding.code !== "personal_metadata";
}

/** How far a sign can be believed: a signature, a field anyone can write, or a statistic. */
export function beliefOf(finding: Finding): keyof typeof t.beliefs {
  if (finding.check === "T19") return "statistic";
  return ["signed_manifest", "false_declaration", "invalid_manifest"].includes(finding.code) ? "signature" : "field";
}

/** Declaration and signs of how it was made, each with what is known of its errors; never a verdict. */
export function OriginSigns({ submission }: { submission: Submission }) {
  const signs = submission.findings.filter(isSign);
  const kinds = [...new Set(signs.map(beliefOf))];
  return (
    <div className="grid gap-3 text-sm">
      <p className="text-xs text-muted">{t.lead}</p>
      <dl className="grid gap-2">
        <div>
          <dt className="text-xs text-muted">{t.declared}</dt>
          <dd>
            {text.contribute.sourceTypes[submission.source_type]} · {text.contribute.origins[submission.origin]}
          </dd>
        </div>
        {signs.map((sign, i) => (
          <div key={i}>
            <dt className="text-xs text-muted">{t.kinds[beliefOf(sign)]}</dt>
            <dd className="break-words">{sign.message}</dd>
          </div>
        ))}
      </dl>
      {signs.length === 0 && <p>{t.nothing}</p>}
      <ul className="grid gap-2 border-s-2 border-line ps-3 text-xs text-muted">
        {(kinds.length > 0 ? kinds : (["none"] as const)).map((kind) => (
          <li key={kind}>{t.beliefs[kind]}</li>
        ))}
      </ul>
    </div>
  );
}
