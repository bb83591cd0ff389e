import type { Run } from "@/api/types";
import { moment, rate } from "@/lib/format";
import { text } from "@/text";

const f = text.factory.form;

/** The settings a run was started with. */
export function SettingsList({ run }: { run: Run }) {
  const s = run.settings;
  const lora = s.method !== "full";
  const rows: [string, string | null][] = [
    [f.method, f.methods[s.method ?? "lora"]],
    [f.learningRate, s.learning_rate === undefined ? null : rate(s.learning_rate)],
    [f.schedule, s.schedule ?? null],
    [f.epochs, s.steps ? null : String(s.epochs ?? "")],
    [f.steps, s.steps ? String(s.steps) : null],
    [f.batch, `${s.batch_size ?? ""} × ${s.accumulation ?? 1}`],
    [f.length, String(s.max_length ?? "")],
    [f.rank, lora ? String(s.rank ?? "") : null],
    [f.alpha, lora ? String(s.alpha ?? "") : null],
    [f.dropout, lora ? String(s.dropout ?? "") : null],
    [f.seed, String(s.seed ?? "")],
    [text.common.when, moment(run.created_at)],
  ];
  return (
    <dl className="num grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-sm">
      {rows.map(([label, value]) =>
        value === null ? null : (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="text-end font-mono">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
