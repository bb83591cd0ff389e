import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft, Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { searchQuery } from "@/api/queries/datanet";
import { Dialog } from "@/components/ui/dialog";
import { cx } from "@/lib/cx";
import { text } from "@/text";

interface Entry {
  label: string;
  kind: string;
  link: string;
}

const actions: Entry[] = [
  { label: text.frame.datanets, kind: text.frame.places, link: "/datanets" },
  { label: text.frame.review, kind: text.frame.places, link: "/review" },
  { label: text.frame.factory, kind: text.frame.places, link: "/runs" },
  { label: text.frame.playground, kind: text.frame.places, link: "/playground" },
  { label: text.frame.record, kind: text.frame.places, link: "/record" },
  { label: text.frame.newDatanet, kind: text.frame.searchActions, link: "/datanets/new" },
  { label: text.frame.newRun, kind: text.frame.searchActions, link: "/runs/new" },
  { label: text.frame.mySubmissions, kind: text.frame.searchActions, link: "/submissions" },
  { label: text.frame.models, kind: text.frame.searchActions, link: "/models" },
  { label: text.frame.account, kind: text.frame.searchActions, link: "/account" },
  { label: text.frame.appearance, kind: text.frame.searchActions, link: "/appearance" },
  { label: text.frame.docs, kind: text.frame.searchActions, link: "/docs" },
];

function entriesFor(q: string, hits: { kind: string; title: string; link: string }[]): Entry[] {
  const words = q.trim().toLowerCase();
  const matching = actions.filter((action) => action.label.toLowerCase().includes(words));
  const found = hits.map((hit) => ({ label: hit.title, kind: text.frame.kinds[hit.kind] ?? hit.kind, link: hit.link }));
  const ask = words.length > 2 ? [{ label: text.frame.askDocs(q.trim()), kind: text.frame.docs, link: `/ask?q=${encodeURIComponent(q.trim())}` }] : [];
  return [...found, ...matching, ...ask];
}

/** Reaches every object and every place by name. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const deferred = useDeferredValue(q.trim());
  const hits = useQuery(searchQuery(deferred));
  const navigate = useNavigate();
  const id = useId();
  const entries = entriesFor(q, deferred.length > 1 ? (hits.data ?? []) : []);
  const current = Math.min(at, Math.max(0, entries.length - 1));

  function go(entry: Entry | undefined): void {
    if (!entry) return;
    onClose();
    if (entry.link.startsWith("/docs")) window.location.assign(entry.link);
    else void navigate({ href: entry.link });
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
    else if (event.key === "Enter") go(entries[current]);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog open onClose={onClose} title={text.frame.search} bare>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={18} aria-hidden="true" className="text-muted" />
        <input
          // The palette is opened by asking for it; typing is the only thing to do in it.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={entries.length > 0 ? `${id}-${current}` : undefined}
          aria-label={text.frame.searchHint}
          placeholder={text.frame.searchHint}
          value={q}
          onChange={(event) => {
            setQ(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          className="h-13 w-full bg-transparent text-base outline-none placeholder:text-muted"
        />
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={text.frame.searchResults} className="max-h-[50vh] overflow-auto p-2">
        {entries.map((entry, i) => (
          // Keys are handled by the text field, which keeps the focus.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={`${entry.link}-${entry.label}`}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === current}
            onClick={() => go(entry)}
            onMouseMove={() => setAt(i)}
            className={cx("flex min-h-10 items-center gap-3 rounded-sm px-3 text-sm", i === current && "bg-blue-wash text-blue")}
          >
            <span className="min-w-0 truncate">{entry.label}</span>
            <span className="ms-auto shrink-0 text-xs text-muted">{entry.kind}</span>
            {i === current && <CornerDownLeft size={14} aria-hidden="true" />}
          </li>
        ))}
        {entries.length === 0 && <li className="px-3 py-4 text-sm text-muted">{text.frame.searchEmpty(q)}</li>}
      </ul>
    </Dialog>
  );
}
