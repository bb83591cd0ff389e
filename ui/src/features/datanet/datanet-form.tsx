import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useMe } from "@/api/queries/account";
import { datanetQuery, useSaveDatanet } from "@/api/queries/datanet";
import type { Datanet, DatanetForm, Modality, ReviewPolicy } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Check, Field, Input, Select, TextArea } from "@/components/ui/field";
import { Page, Section } from "@/components/ui/page";
import { Failure, FormProblem, Loaded, Skeleton } from "@/components/ui/states";
import { signedOut } from "@/lib/problem";
import { text } from "@/text";
import { ProfileField } from "./profile-field";

const f = text.datanet.fields;
const crumbs = [{ label: text.frame.datanets, to: "/datanets" }];

export function NewDatanetPage() {
  const me = useMe();
  return (
    <Page title={text.datanet.formNew} lead={text.datanet.formNewLead} crumbs={crumbs}>
      {me.isPending && <Skeleton />}
      {me.data === null && <Failure error={signedOut(text.problem.signedOutHint)} />}
      {me.data && <Form datanet={null} />}
    </Page>
  );
}

export function EditDatanetPage({ id }: { id: string }) {
  const query = useQuery(datanetQuery(id));
  const title = query.data ? text.datanet.formEdit(query.data.name) : text.datanet.edit;
  const here = query.data ? [{ label: query.data.name, to: `/datanets/${id}` }] : [];
  return (
    <Page title={title} crumbs={[...crumbs, ...here]}>
      <Loaded query={query}>{(datanet) => <Form datanet={datanet} />}</Loaded>
    </Page>
  );
}

function words(value: FormDataEntryValue | null): string[] {
  return String(value ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}

function numberOf(value: FormDataEntryValue | null): number | null {
  const written = String(value ?? "").trim();
  return written === "" ? null : Number(written);
}

function read(data: FormData, modality: Modality): DatanetForm {
  const megabytes = numberOf(data.get("megabytes"));
  return {
    name: String(data.get("name") ?? "").trim(),
    purpose: String(data.get("purpose") ?? "").trim(),
    guidelines: String(data.get("guidelines") ?? ""),
    modality,
    profile: String(data.get("profile") ?? "") || null,
    language: String(data.get("language") ?? "").trim().toLowerCase() || null,
    human_only: data.get("human_only") !== null,
    topics: words(data.get("topics")),
    licences: words(data.get("licences")),
    policy: String(data.get("policy")) as ReviewPolicy,
    threshold: numberOf(data.get("threshold")) ?? 60,
    open: data.get("open") !== null,
    files_per_day: numberOf(data.get("files")),
    bytes_per_day_all: megabytes === null ? null : Math.round(megabytes * 1_000_000),
  };
}

function Form({ datanet }: { datanet: Datanet | null }) {
  const save = useSaveDatanet(datanet?.id ?? null);
  const navigate = useNavigate();
  const [modality, setModality] = useState<Modality>(datanet?.modality ?? "text");
  const [policy, setPolicy] = useState<ReviewPolicy>(datanet?.policy ?? "owner");
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    save.mutate(read(new FormData(event.currentTarget), modality), {
      onSuccess: (saved) => void navigate({ to: "/datanets/$id", params: { id: saved.id } }),
    });
  }
  return (
    <form onSubmit={submit} className="grid max-w-[48rem] gap-5">
      <Field label={f.name} hint={f.nameHint}>
        {(ids) => <Input {...ids} name="name" required minLength={3} maxLength={80} defaultValue={datanet?.name} autoComplete="off" />}
      </Field>
      <Field label={f.purpose} hint={f.purposeHint}>
        {(ids) => <TextArea {...ids} name="purpose" required defaultValue={datanet?.purpose} />}
      </Field>
      <Field label={f.guidelines} hint={f.guidelinesHint}>
        {(ids) => <TextArea {...ids} name="guidelines" className="min-h-40 font-mono" defaultValue={datanet?.guidelines} />}
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={f.modality} hint={f.modalityHint}>
          {(ids) => (
            <Select {...ids} name="modality" disabled={datanet !== null} value={modality} onChange={(event) => setModality(event.target.value as Modality)}>
              {(["text", "image", "audio"] as const).map((one) => (
                <option key={one} value={one}>
                  {text.state.modality[one]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <ProfileField modality={modality} datanet={datanet} />
        {modality !== "image" && (
          <Field label={f.language} hint={f.languageHint}>
            {(ids) => <Input {...ids} name="language" pattern="[A-Za-z]{2}" maxLength={2} placeholder="en" defaultValue={datanet?.language ?? ""} autoComplete="off" />}
          </Field>
        )}
        <Field label={f.topics} hint={f.topicsHint}>
          {(ids) => <Input {...ids} name="topics" defaultValue={datanet?.topics.join(", ")} />}
        </Field>
        <Field label={f.licences} hint={f.licencesHint}>
          {(ids) => <Input {...ids} name="licences" placeholder="CC-BY-4.0, CC0-1.0" defaultValue={datanet?.licences.join(", ")} />}
        </Field>
        <Field label={f.policy}>
          {(ids) => (
            <Select {...ids} name="policy" value={policy} onChange={(event) => setPolicy(event.target.value as ReviewPolicy)}>
              <option value="owner">{f.policyOwner}</option>
              <option value="automatic">{f.policyAutomatic}</option>
            </Select>
          )}
        </Field>
        {policy === "automatic" && (
          <Field label={f.threshold} hint={f.thresholdHint}>
            {(ids) => <Input {...ids} name="threshold" type="number" min={0} max={100} defaultValue={datanet?.threshold ?? 60} />}
          </Field>
        )}
      </div>
      <Section title={text.datanet.limits} className="mb-0">
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label={f.files} hint={f.filesHint}>
            {(ids) => <Input {...ids} name="files" type="number" min={1} defaultValue={datanet?.files_per_day ?? ""} />}
          </Field>
          <Field label={f.bytes} hint={f.bytesHint}>
            {(ids) => <Input {...ids} name="megabytes" type="number" min={0.001} step="any" defaultValue={datanet?.bytes_per_day_all ? datanet.bytes_per_day_all / 1_000_000 : ""} />}
          </Field>
        </div>
      </Section>
      <Check name="human_only" label={f.humanOnly} hint={f.humanOnlyHint} defaultChecked={datanet?.human_only ?? false} />
      <Check name="open" label={f.open} hint={f.openHint} defaultChecked={datanet?.open ?? true} />
      <FormProblem error={save.error} />
      <Button look="primary" type="submit" busy={save.isPending} className="w-fit">
        {datanet ? text.common.save : text.datanet.createButton}
      </Button>
    </form>
  );
}
