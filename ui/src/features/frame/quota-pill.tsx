import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { quotaQuery } from "@/api/queries/account";
import { Meter } from "@/components/ui/meter";
import { Tip } from "@/components/ui/tip";
import { quotaLine } from "@/lib/quota";
import { text } from "@/text";

/** How full the day is, always in sight. */
export function QuotaPill() {
  const quota = useQuery(quotaQuery);
  if (!quota.data) return null;
  const { files_used: used, files_limit: limit } = quota.data;
  return (
    <Tip label={`${quotaLine(quota.data)}. ${text.contribute.quotaResets}.`}>
      <Link to="/submissions" className="hidden items-center gap-2 rounded-md px-2 py-1 text-xs text-muted hover:text-ink sm:flex" aria-label={`${used}/${limit}: ${quotaLine(quota.data)}`}>
        <Meter value={used} max={limit} label={text.contribute.quotaMeter} shown={text.contribute.quotaFiles(used, limit)} tone={used >= limit ? "amber" : "gold"} className="w-16" />
        <span className="num">
          {used}/{limit}
        </span>
      </Link>
    </Tip>
  );
}
