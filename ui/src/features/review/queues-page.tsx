import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queuesQuery } from "@/api/queries/review";
import { Punch } from "@/components/mark/punch";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Empty, Loaded } from "@/components/ui/states";
import { text } from "@/text";

const t = text.review;

export function QueuesPage() {
  const query = useQuery({ ...queuesQuery, refetchOnMount: "always" });
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded query={query}>
        {(queues) =>
          queues.length === 0 ? (
            <Empty
              title={t.emptyTitle}
              action={
                <Button asChild>
                  <Link to="/datanets">{text.frame.datanets}</Link>
                </Button>
              }
            >
              {t.emptyBody}
            </Empty>
          ) : (
            <ul className="border-t border-line">
              {queues.map((queue) => (
                <li key={queue.datanet} className="grid grid-cols-[auto_1fr_auto] items-center gap-4 border-b border-line py-4">
                  <Punch shape="circle" tone={queue.waiting > 0 ? "blue" : "muted"} size={40} struck={queue.waiting > 0}>
                    {String(Math.min(queue.waiting, 999))}
                  </Punch>
                  <div className="min-w-0">
                    <h2 className="text-base font-semibold break-words">{queue.datanet_name}</h2>
                    <p className="num text-sm text-muted">
                      {t.waiting(queue.waiting)} · {t.decidedToday(queue.decided_today)}
                    </p>
                  </div>
                  {queue.waiting > 0 && (
                    <Button asChild look="primary">
                      <Link to="/review/$id" params={{ id: queue.datanet }} aria-label={`${t.start}: ${queue.datanet_name}`}>
                        {t.start}
                      </Link>
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
