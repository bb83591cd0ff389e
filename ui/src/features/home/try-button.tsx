import { useNavigate } from "@tanstack/react-router";
import { useMe } from "@/api/queries/account";
import { useSaveDatanet } from "@/api/queries/datanet";
import type { Datanet } from "@/api/types";
import { Button } from "@/components/ui/button";
import { FormProblem } from "@/components/ui/states";
import { text } from "@/text";

function isDemo({ name, topics }: Datanet): boolean {
  return /\bdemo\b/i.test(`${name} ${topics.join(" ")}`);
}

/** The demo's datanet when there is one: named so, or simply the fullest. */
export function demoDatanet(datanets: readonly Datanet[]): Datanet | undefined {
  const byName = datanets.find(isDemo);
  const fullest = datanets.toSorted((a, b) => b.counts.accepted - a.counts.accepted)[0];
  return byName ?? (fullest && fullest.counts.accepted > 0 ? fullest : undefined);
}

/** The one button of a first visit. */
export function TryButton({ datanets }: { datanets: Datanet[] | undefined }) {
  const me = useMe();
  const save = useSaveDatanet(null);
  const navigate = useNavigate();
  const demo = datanets && demoDatanet(datanets);
  const label = !demo ? text.home.trySample : isDemo(demo) ? text.home.tryDemo : text.home.tryLook(demo.name);
  const hint = demo ? (isDemo(demo) ? text.home.tryDemoHint : text.home.tryLookHint) : me.data ? text.home.trySampleHint : text.home.trySignUpHint;

  async function start(): Promise<void> {
    if (demo) {
      await navigate({ to: "/datanets/$id", params: { id: demo.id }, search: { tab: "sample" } });
      return;
    }
    if (!me.data) {
      await navigate({ to: "/sign-up", search: { next: "/" } });
      return;
    }
    const mine = datanets?.find((datanet) => datanet.yours && datanet.purpose === text.home.samplePurpose);
    const target =
      mine ??
      (await save.mutateAsync({
        name: text.home.sampleName(me.data.name),
        purpose: text.home.samplePurpose,
        guidelines: text.home.sampleGuidelines,
        modality: "text",
        topics: ["sample"],
        licences: [],
        // Alone on a server nobody may judge his own work: the score does.
        policy: "automatic",
        threshold: 60,
        open: true,
      }));
    await navigate({ to: "/datanets/$id/contribute", params: { id: target.id }, search: { sample: "1" } });
  }

  return (
    <div className="mt-6 grid justify-items-start gap-2">
      <Button look="primary" busy={save.isPending} disabled={!datanets || me.isPending} onClick={() => void start().catch(() => undefined)}>
        {label}
      </Button>
      <p className="min-h-5 max-w-[56ch] text-sm text-muted">{datanets && !me.isPending ? hint : ""}</p>
      <FormProblem error={save.error} />
    </div>
  );
}
