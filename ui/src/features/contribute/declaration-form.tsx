import type { Declaration, Quota } from "@/api/types";
import { Check, Field, Input, Select } from "@/components/ui/field";
import { listOf } from "@/lib/format";
import { text } from "@/text";
import type { Asked } from "./use-tray";

const common = ["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT", "Apache-2.0", "MIT OR Apache-2.0"];

interface DeclarationFormProps {
  value: Declaration;
  onChange: (value: Declaration) => void;
  licences: readonly string[];
  quota: Quota | undefined;
  /** What a try found missing. */
  asked: Asked;
}

/** Licence, origin, how it was made, and the person's word. */
export function DeclarationForm({ value, onChange, licences, quota, asked }: DeclarationFormProps) {
  const t = text.contribute;
  const set = (part: Partial<Declaration>) => onChange({ ...value, ...part });
  const noLicence = asked.part !== "nothing" && value.licence.trim() === "";
  const noConsent = asked.part === "all" && !value.consent;
  const trialLeft = quota ? Math.max(0, quota.trial_limit - quota.trial_used) : 0;
  return (
    <div className="grid gap-4">
      <Field label={t.licence} hint={t.licenceHint} error={noLicence ? licences.length > 0 ? t.licenceOneOf(listOf(licences)) : t.licenceMissing : null}>
        {(ids) =>
          licences.length > 0 ? (
            <Select {...ids} value={value.licence} onChange={(event) => set({ licence: event.target.value })}>
              <option value="">{t.chooseLicence}</option>
              {licences.map((licence) => (
                <option key={licence}>{licence}</option>
              ))}
            </Select>
          ) : (
            <>
              <Input {...ids} list="licences" placeholder={t.licencePlaceholder} value={value.licence} onChange={(event) => set({ licence: event.target.value })} autoComplete="off" />
              <datalist id="licences">
                {common.map((licence) => (
                  <option key={licence}>{licence}</option>
                ))}
              </datalist>
            </>
          )
        }
      </Field>
      <Field label={t.origin}>
        {(ids) => (
          <Select {...ids} value={value.origin} onChange={(event) => set({ origin: event.target.value as Declaration["origin"] })}>
            {(["own", "collected", "public_domain"] as const).map((origin) => (
              <option key={origin} value={origin}>
                {t.origins[origin]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t.sourceType}>
        {(ids) => (
          <Select {...ids} value={value.source_type} onChange={(event) => set({ source_type: event.target.value as Declaration["source_type"] })}>
            {(["human", "ai_assisted", "ai_generated"] as const).map((source) => (
              <option key={source} value={source}>
                {t.sourceTypes[source]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div>
        <Check label={t.consent} checked={value.consent} onChange={(event) => set({ consent: event.target.checked })} aria-invalid={noConsent ? true : undefined} />
        {noConsent && <p className="mt-1 text-xs font-medium text-red">{t.consentMissing}</p>}
      </div>
      <Check label={t.trial} hint={t.trialHint(trialLeft, quota?.trial_limit ?? 5, quota?.files_limit ?? 20)} checked={value.trial ?? false} disabled={trialLeft === 0 && !value.trial} onChange={(event) => set({ trial: event.target.checked })} />
    </div>
  );
}
