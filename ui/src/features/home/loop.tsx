import { Link } from "@tanstack/react-router";
import type { Home } from "@/api/types";
import { Punch, type PunchShape } from "@/components/mark/punch";
import { text } from "@/text";

type Step = keyof typeof text.home.steps;

interface Door {
  step: Step;
  to: string;
  search?: Record<string, string>;
  shape: PunchShape;
  count: (home: Home) => number;
}

const doors: Door[] = [
  { step: "contribute", to: "/datanets", shape: "square", count: (home) => home.contributed_today },
  { step: "gate", to: "/ask", search: { q: "What makes the gate refuse a file?" }, shape: "lozenge", count: (home) => home.refused_today },
  { step: "review", to: "/review", shape: "circle", count: (home) => home.waiting_review },
  { step: "release", to: "/record", shape: "octagon", count: (home) => home.releases },
  { step: "train", to: "/runs", shape: "circle", count: (home) => home.runs_active },
  { step: "chat", to: "/playground", shape: "oval", count: (home) => home.adapters },
  { step: "refine", to: "/standing", shape: "shield", count: (home) => home.proven },
];

/** The loop drawn as linked steps: each a door, each with its number of this moment. */
export function Loop({ home }: { home: Home | undefined }) {
  return (
    <div className="relative">
      <ol className="grid gap-0 lg:grid-cols-7">
        {doors.map((door, i) => (
          <li key={door.step} className="relative">
            <span
              aria-hidden="true"
              className={
                i === 0
                  ? "absolute start-5 top-8 -bottom-2 w-px bg-gold-fill lg:start-1/2 lg:end-0 lg:top-8 lg:bottom-auto lg:h-px lg:w-auto"
                  : i === doors.length - 1
                    ? "absolute start-5 -top-2 h-10 w-px bg-gold-fill lg:start-0 lg:end-1/2 lg:top-8 lg:h-px lg:w-auto"
                    : "absolute start-5 -top-2 -bottom-2 w-px bg-gold-fill lg:inset-x-0 lg:top-8 lg:bottom-auto lg:h-px lg:w-auto"
              }
            />
            <Link
              to={door.to}
              search={door.search}
              className="group relative grid grid-cols-[2.5rem_1fr] items-center gap-x-4 rounded-md py-3 lg:h-full lg:grid-cols-1 lg:content-start lg:justify-items-center lg:gap-y-1 lg:px-2 lg:text-center"
            >
              <span className="grid size-10 place-items-center bg-paper">
                <Punch shape={door.shape} tone="gold" size={38} struck className="transition-transform duration-100 group-hover:scale-110">
                  {i + 1}
                </Punch>
              </span>
              <span className="grid">
                <span className="font-semibold group-hover:underline">{text.home.steps[door.step]}</span>
                <span className="num min-h-5 text-sm text-gold">{home ? text.home.counts[door.step](door.count(home)) : "…"}</span>
                <span className="text-xs text-muted lg:mt-1">{text.home.explain[door.step]}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
      <svg aria-hidden="true" viewBox="0 0 1000 40" preserveAspectRatio="none" className="mt-1 hidden h-8 w-full lg:block">
        <path
          d="M928.5 0v14q0 16-16 16H87.5q-16 0-16-16V4"
          fill="none"
          stroke="var(--gold-fill)"
          strokeWidth="1"
          strokeDasharray="3 4"
          vectorEffect="non-scaling-stroke"
        />
        <path d="M66 10 71.5 3 77 10" fill="none" stroke="var(--gold-fill)" vectorEffect="non-scaling-stroke" />
      </svg>
    </div>
  );
}
