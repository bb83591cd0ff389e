import { Link, useLocation } from "@tanstack/react-router";
import { Logo } from "@/components/mark/logo";
import { cx } from "@/lib/cx";
import { text } from "@/text";
import { isHere, places } from "./places";

/** The five places on the side of a wide screen. */
export function Rail() {
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <nav aria-label={text.frame.places} className="sticky top-0 hidden h-dvh w-18 shrink-0 flex-col border-e border-line bg-surface md:flex rail:w-54">
      <Link to="/" className="flex h-14 items-center gap-2.5 px-5 text-lg font-semibold tracking-tight" aria-label={`Karat, ${text.frame.home}`}>
        <Logo />
        <span className="hidden rail:inline">Karat</span>
      </Link>
      <div className="mt-3 grid gap-1 px-3">
        {places.map((place) => {
          const here = isHere(place, path);
          return (
            <Link
              key={place.to}
              to={place.to}
              title={place.label}
              aria-current={here ? "page" : undefined}
              className={cx(
                "relative flex h-10 items-center gap-3 rounded-md px-3 text-sm max-rail:justify-center",
                here ? "bg-gold-wash font-medium text-ink" : "text-muted hover:bg-sunken hover:text-ink",
              )}
            >
              {here && <span aria-hidden="true" className="absolute inset-y-2 -start-3 w-1 rounded-e-sm bg-gold-fill" />}
              <place.icon size={18} strokeWidth={1.6} aria-hidden="true" className={here ? "text-gold" : undefined} />
              <span className="max-rail:sr-only">{place.label}</span>
            </Link>
          );
        })}
      </div>
      <div className="mt-auto grid gap-1 p-5 text-xs text-muted max-rail:hidden">
        <a href="/docs" className="w-fit py-1 hover:text-ink hover:underline">
          {text.frame.docs}
        </a>
        <Link to="/ask" className="w-fit py-1 hover:text-ink hover:underline">
          {text.frame.ask}
        </Link>
        <Link to="/appearance" className="w-fit py-1 hover:text-ink hover:underline">
          {text.frame.appearance}
        </Link>
      </div>
    </nav>
  );
}

/** The same places under the thumb on a phone. */
export function BottomBar() {
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <nav
      aria-label={text.frame.places}
      className="sticky bottom-0 z-30 flex justify-between border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map((place) => {
        const here = isHere(place, path);
        return (
          <Link
            key={place.to}
            to={place.to}
            aria-current={here ? "page" : undefined}
            className={cx(
              "relative flex h-14 grow flex-col items-center justify-center gap-0.5 text-xs focus-visible:-outline-offset-2",
              here ? "font-medium text-ink" : "text-muted",
            )}
          >
            {here && <span aria-hidden="true" className="absolute inset-x-4 top-0 h-0.5 bg-gold-fill" />}
            <place.icon size={20} strokeWidth={1.6} aria-hidden="true" className={here ? "text-gold" : undefined} />
            <span className="px-1">{place.label}</span>
          </Link>
        );
      })}
    </nav>
  );
}
