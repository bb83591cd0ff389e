import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useKeys } from "@/lib/keys";
import { text } from "@/text";
import { BottomBar, Rail } from "./rail";
import { TopBar } from "./topbar";

const Palette = lazy(() => import("./palette"));

/** Rail, top bar and the sheet in the middle. */
export function Frame() {
  const [searching, setSearching] = useState(false);
  const path = useLocation({ select: (location) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useKeys({ "mod+k": () => setSearching((open) => !open), "/": () => setSearching(true) });
  useEffect(() => {
    // A new page begins at its top for those who read by ear, too.
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  return (
    <div className="flex min-h-dvh">
      <a href="#main" className="sr-only z-50 rounded-md bg-blue px-4 py-2 text-on-blue focus:not-sr-only focus:fixed focus:start-4 focus:top-3">
        {text.frame.skip}
      </a>
      <Rail />
      <div className="flex min-w-0 grow flex-col">
        <TopBar onSearch={() => setSearching(true)} />
        <main id="main" ref={main} tabIndex={-1} className="grow outline-none">
          <Outlet />
        </main>
        <BottomBar />
      </div>
      {searching && (
        <Suspense fallback={null}>
          <Palette onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}
