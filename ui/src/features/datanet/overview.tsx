import { useQuery } from "@tanstack/react-query";
import { quotaQuery, useMe } from "@/api/queries/account";
import { todayQuery } from "@/api/queries/submission";
import type { Datanet } from "@/api/types";
import { Markdown } from "@/components/ui/markdown";
import { CopyId } from "@/components/ui/copy";
import { Section } from "@/components/ui/page";
import { QuotaVessel } from "@/features/contribute/quota-vessel";
import { bytes, count, date } from "@/lib/format";
import { leftOf } from "@/lib/quota";
import { text } from "@/text";
import { Balance } from "./balance";

/** What it is for, how it stands, by which rules. */
export function Overview({ datanet }: { datanet: Datanet }) {
  const me = useMe();
  const limit = datanet.files_per_day;
  const quota = useQuery({ ...quotaQuery, enabled: Boolean(me.data) });
  const today = useQuery({ ...todayQuery(datanet.id), enabled: Boolean(me.data) && datanet.open && typeof limit === "number" });
  return (
    <div className="grid gap-x-12 lg:grid-cols-[1fr_20rem]">
      <div className="min-w-0">
        <Section title={text.datanet.purpose}>
          <p className="max-w-[72ch] text-base whitespace-pre-line">{datanet.purpose}</p>
        </Section>
        <Section title={text.datanet.guidelines}>
          {datanet.guidelines ? <Markdown source={datanet.guidelines} /> : <p className="text-muted">{text.datanet.noGuidelines}</p>}
        </Section>
        <Section title={text.datanet.countsTitle} hint={text.datanet.countsSum(datanet.counts.submissions)}>
          <Balance counts={datanet.counts} />
        </Section>
      </div>
      <aside className="min-w-0">
        {quota.data && datanet.open && (
          <Section title={text.contribute.quotaTitle}>
            <QuotaVessel quota={quota.data} left={leftOf(quota.data, { limit, here: today.data ?? 0 })} here={typeof limit === "number" && today.data !== undefined ? { used: today.data, limit } : undefined} />
          </Section>
        )}
        <Section title={text.datanet.rules}>
          <dl className="grid gap-3">
            <Fact label={text.datanet.policy}>
              {text.state.policy[datanet.policy]}
              {datanet.policy === "automatic" && `, ${text.datanet.threshold(datanet.threshold)}`}
            </Fact>
            <Fact label={text.datanet.fields.profile[datanet.modality]}>{text.datanet.profiles[datanet.profile] ?? datanet.profile}</Fact>
            {datanet.modality !== "image" && <Fact label={text.datanet.language}>{datanet.language ?? text.datanet.anyLanguage}</Fact>}
            {datanet.human_only && <Fact label={text.contribute.sourceType}>{text.datanet.humanOnly}</Fact>}
            <Fact label={text.common.licence}>{datanet.licences.join(", ") || text.datanet.anyValidLicence}</Fact>
            <Fact label={text.datanet.perPerson}>{datanet.files_per_day ? count(datanet.files_per_day) : text.datanet.perPersonDefault}</Fact>
            <Fact label={text.datanet.allBytes}>{datanet.bytes_per_day_all ? bytes(datanet.bytes_per_day_all) : text.datanet.allBytesDefault}</Fact>
            {datanet.topics.length > 0 && <Fact label={text.datanet.topics}>{datanet.topics.join(", ")}</Fact>}
            <Fact label={text.datanet.created}>{date(datanet.created_at)}</Fact>
          </dl>
          <div className="mt-3">
            <CopyId value={datanet.id} label={text.common.copyId} />
          </div>
        </Section>
      </aside>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
