import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useSignOut } from "@/api/queries/account";
import type { Me } from "@/api/types";
import { Punch } from "@/components/mark/punch";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { keptFiles } from "@/lib/kept";
import { text } from "@/text";

export function PersonMenu({ me }: { me: Me }) {
  const signOut = useSignOut();
  const navigate = useNavigate();
  const [unsent, setUnsent] = useState(0);
  const go = () => signOut.mutate({ contributor: me.contributor }, { onSuccess: () => void navigate({ to: "/" }) });
  /** What was not sent is kept for this person only until they go: so they are asked. */
  async function leave(): Promise<void> {
    const files = await keptFiles(me.contributor);
    if (files > 0) setUnsent(files);
    else go();
  }
  const links = [
    { to: "/submissions", label: text.frame.mySubmissions },
    { to: "/notices", label: text.frame.notices },
    { to: "/account", label: text.frame.account },
    { to: "/appearance", label: text.frame.appearance },
  ] as const;
  return (
    <>
      <Menu
        trigger={
          <Button look="plain" size="icon" aria-label={`${text.frame.you}: ${me.name}`}>
            <Punch shape="octagon" tone="ink" size={28}>
              {me.name.slice(0, 1).toUpperCase()}
            </Punch>
          </Button>
        }
      >
        <p className="truncate px-3 py-2 text-sm font-medium">{me.name}</p>
        <MenuLine />
        <MenuItem asChild>
          <Link to="/contributors/$id" params={{ id: me.contributor }}>
            {text.frame.myStanding}
          </Link>
        </MenuItem>
        {links.map((link) => (
          <MenuItem key={link.to} asChild>
            <Link to={link.to}>{link.label}</Link>
          </MenuItem>
        ))}
        {me.roles.includes("operator") && (
          <MenuItem asChild>
            <Link to="/operator">{text.frame.operator}</Link>
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem onSelect={() => void leave()}>{text.frame.signOut}</MenuItem>
      </Menu>
      <Dialog open={unsent > 0} onClose={() => setUnsent(0)} title={text.frame.signOutTitle}>
        <p>{text.frame.signOutUnsent(unsent)}</p>
        <div className="flex flex-wrap gap-3">
          <Button look="danger" busy={signOut.isPending} onClick={go}>
            {text.frame.signOutForget}
          </Button>
          <Button onClick={() => setUnsent(0)}>{text.frame.staySignedIn}</Button>
        </div>
      </Dialog>
    </>
  );
}
