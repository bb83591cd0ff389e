import { Link } from "@tanstack/react-router";
import { Bell } from "lucide-react";
import type { Me } from "@/api/types";
import { Button } from "@/components/ui/button";
import { text } from "@/text";
import { PersonMenu } from "./person-menu";
import { QuotaPill } from "./quota-pill";

/** What is left of the day, what there is to read, and the person. */
export default function PersonCorner({ me }: { me: Me }) {
  return (
    <>
      <QuotaPill />
      <Button asChild look="plain" size="icon" className="relative">
        <Link to="/notices" aria-label={me.unread > 0 ? text.frame.unread(me.unread) : text.frame.notices}>
          <Bell size={18} strokeWidth={1.6} aria-hidden="true" />
          {me.unread > 0 && (
            <span aria-hidden="true" className="num absolute end-0.5 top-0.5 min-w-4 rounded-full bg-blue px-1 text-center text-xs leading-4 text-on-blue">
              {Math.min(me.unread, 99)}
            </span>
          )}
        </Link>
      </Button>
      <PersonMenu me={me} />
    </>
  );
}
