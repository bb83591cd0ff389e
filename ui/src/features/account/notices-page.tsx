import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { noticesQuery, useReadNotices } from "@/api/queries/account";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Empty, Loaded } from "@/components/ui/states";
import { cx } from "@/lib/cx";
import { ago } from "@/lib/format";
import { localPath } from "@/lib/search";
import { text } from "@/text";

const t = text.account;

export function NoticesPage() {
  const query = useQuery({ ...noticesQuery, refetchOnMount: "always" });
  const read = useReadNotices();
  const unread = query.data?.items.some((notice) => !notice.read) ?? false;
  return (
    <Page
      title={t.noticesTitle}
      lead={t.noticesLead}
      actions={
        unread && (
          <Button busy={read.isPending} onClick={() => read.mutate()}>
            {t.markRead}
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty
              title={t.noticesEmpty}
              action={
                <Button asChild>
                  <Link to="/datanets">{text.contribute.browse}</Link>
                </Button>
              }
            >
              {t.noticesEmptyBody}
            </Empty>
          ) : (
            <ul className="border-t border-line">
              {page.items.map((notice) => (
                <li key={notice.id} className="border-b border-line">
                  <Link to={localPath(notice.link)} className="group grid gap-x-6 gap-y-0.5 py-3 sm:grid-cols-[1fr_auto]">
                    <span className={cx("max-w-[72ch] group-hover:underline", !notice.read && "font-medium")}>
                      {!notice.read && (
                        <span className="me-2 inline-flex items-center gap-1.5 text-xs text-blue">
                          <span aria-hidden="true" className="size-2 rounded-full bg-blue" />
                          {t.unread}
                        </span>
                      )}
                      {notice.text}
                    </span>
                    <span className="text-xs text-muted">{ago(notice.created_at)}</span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
