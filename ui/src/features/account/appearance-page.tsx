import { useState } from "react";
import { SubmissionMark, TierMark } from "@/components/mark/state";
import { Page, Section } from "@/components/ui/page";
import { Segmented } from "@/components/ui/segmented";
import { Meter } from "@/components/ui/meter";
import { text } from "@/text";

const t = text.account;

declare global {
  interface Window {
    /** public/theme.js: applies what is stored. */
    karatTheme?: () => void;
  }
}

function useStored<V extends string>(key: string, fallback: V): [V, (value: V) => void] {
  const [value, setValue] = useState<V>(() => (localStorage.getItem(key) as V | null) ?? fallback);
  return [
    value,
    (next) => {
      localStorage.setItem(key, next);
      setValue(next);
      window.karatTheme?.();
    },
  ];
}

export function AppearancePage() {
  const [theme, setTheme] = useStored<"system" | "light" | "dark">("karat.theme", "system");
  const [contrast, setContrast] = useStored<"system" | "normal" | "high">("karat.contrast", "system");
  const [density, setDensity] = useStored<"comfortable" | "compact">("karat.density", "comfortable");
  return (
    <Page title={t.appearanceTitle} lead={t.appearanceLead}>
      <div className="max-w-[48rem]">
        <Section title={t.theme}>
          <Segmented label={t.theme} value={theme} onChange={setTheme} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t.themes[value] }))} />
        </Section>
        <Section title={t.contrast}>
          <Segmented label={t.contrast} value={contrast} onChange={setContrast} options={(["system", "normal", "high"] as const).map((value) => ({ value, label: t.contrasts[value] }))} />
        </Section>
        <Section title={t.density}>
          <Segmented label={t.density} value={density} onChange={setDensity} options={(["comfortable", "compact"] as const).map((value) => ({ value, label: t.densities[value] }))} />
        </Section>
        <Section title={t.sample}>
          <div className="grid gap-4">
            <div className="flex flex-wrap gap-x-6 gap-y-3">
              {(["accepted", "held", "passed", "in_review", "rejected", "refused"] as const).map((state) => (
                <SubmissionMark key={state} state={state} size={24} />
              ))}
            </div>
            <div className="flex flex-wrap gap-x-6 gap-y-3">
              {(["Newcomer", "Proven", "Trusted", "Expert"] as const).map((tier) => (
                <TierMark key={tier} tier={tier} />
              ))}
            </div>
            <Meter value={7} max={20} label={text.contribute.quotaMeter} shown={text.contribute.quotaFiles(7, 20)} tone="gold" className="max-w-80" />
          </div>
        </Section>
      </div>
    </Page>
  );
}
