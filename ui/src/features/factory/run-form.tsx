import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useDeferredValue, useState } from "react";
import { estimateQuery, useStartRun } from "@/api/queries/factory";
import type { Model } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { Section } from "@/components/ui/page";
import { Segmented } from "@/components/ui/segmented";
import { FormProblem } from "@/components/ui/states";
import { compact } from "@/lib/format";
import { text } from "@/text";
import { Advanced } from "./advanced";
import { DataChoice } from "./data-choice";
import { EstimatePanel } from "./estimate-panel";
import { defaults, type RunDraft, type Settings, suggestedName, toForm } from "./settings";
import { Sliders } from "./sliders";

const t = text.factory.form;

interface RunFormViewProps {
  models: Model[];
  release: string;
  base: string;
}

const methods = ["lora", "qlora", "full"] as const;

/** Base, data, method, a few sliders: a newcomer is done in a minute. */
export function RunFormView({ models, release, base }: RunFormViewProps) {
  const bases = models.filter((model) => model.kind === "base");
  const start = useStartRun();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<RunDraft>(() => ({
    name: suggestedName(bases[0]?.name ?? "", "run"),
    base: bases.find((model) => model.id === base)?.id ?? bases[0]?.id ?? "",
    initAdapter: "",
    source: "release",
    release,
    file: null,
    settings: defaults,
    heldOut: 5,
    prompts: "",
  }));
  const change = (part: Partial<RunDraft>) => setDraft((before) => ({ ...before, ...part }));
  const set = (part: Partial<Settings>) => setDraft((before) => ({ ...before, settings: { ...before.settings, ...part } }));
  const form = toForm(draft);
  const estimate = useQuery(estimateQuery(useDeferredValue(form)));
  const adapters = models.filter((model) => model.kind === "adapter" && model.base === draft.base);

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (form) start.mutate(form, { onSuccess: (run) => void navigate({ to: "/runs/$id", params: { id: run.id } }) });
  }

  return (
    <form onSubmit={submit} className="grid gap-x-12 lg:grid-cols-[1fr_24rem]">
      <div className="min-w-0">
        <Section title={t.base} hint={t.baseHint}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t.base}>
              {(ids) => (
                <Select {...ids} value={draft.base} onChange={(event) => change({ base: event.target.value, initAdapter: "" })}>
                  <option value="">{t.choose}</option>
                  {bases.map((model) => (
                    <option key={model.id} value={model.id}>
                      {model.name} ({compact(model.parameters)})
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            {adapters.length > 0 && (
              <Field label={t.initAdapter}>
                {(ids) => (
                  <Select {...ids} value={draft.initAdapter} onChange={(event) => change({ initAdapter: event.target.value })}>
                    <option value="">{t.initAdapterNone}</option>
                    {adapters.map((model) => (
                      <option key={model.id} value={model.id}>
                        {model.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
          </div>
        </Section>
        <Section title={t.data}>
          <DataChoice draft={draft} onChange={change} />
        </Section>
        <Section title={t.method} hint={t.methodHints[draft.settings.method ?? "lora"]}>
          <Segmented
            label={t.method}
            value={draft.settings.method}
            options={methods.map((value) => ({ value, label: t.methods[value] }))}
            onChange={(method) => set({ method })}
          />
        </Section>
        <Section title={t.sliders}>
          <Sliders settings={draft.settings} set={set} context={models.find((model) => model.id === draft.base)?.context ?? 2048} />
          <Advanced draft={draft} set={set} change={change} />
        </Section>
      </div>
      <aside className="min-w-0 lg:sticky lg:top-20 lg:self-start">
        <Field label={t.name} hint={t.nameHint} className="mb-6">
          {(ids) => <Input {...ids} required pattern="[A-Za-z0-9._\-]{1,60}" value={draft.name} onChange={(event) => change({ name: event.target.value })} autoComplete="off" />}
        </Field>
        <EstimatePanel draft={draft} estimate={estimate} waiting={form === null} />
        <div className="mt-6 grid gap-3">
          <FormProblem error={start.error} />
          <Button look="primary" type="submit" disabled={form === null} busy={start.isPending}>
            {t.start}
          </Button>
        </div>
      </aside>
    </form>
  );
}
