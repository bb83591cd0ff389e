import { useQuery } from "@tanstack/react-query";
import { askQuery } from "@/api/queries/datanet";
import { Markdown } from "@/components/ui/markdown";
import { Page } from "@/components/ui/page";
import { Empty, Loaded } from "@/components/ui/states";
import { text } from "@/text";
import { AskBox } from "./ask-box";

const t = text.record;

export function AskPage({ q, onAsk }: { q: string; onAsk: (q: string) => void }) {
  const query = useQuery(askQuery(q));
  return (
    <Page title={t.askTitle} lead={t.askHint} crumbs={[{ label: t.title, to: "/record" }]}>
      <div className="mb-8 max-w-[48rem]">
        <AskBox key={q} q={q} onAsk={onAsk} />
      </div>
      {q.length < 2 ? (
        <ul className="grid gap-2">
          {t.askExamples.map((example) => (
            <li key={example}>
              <button type="button" onClick={() => onAsk(example)} className="py-1 text-blue underline underline-offset-2">
                {example}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Loaded query={query}>
          {(answer) =>
            answer.passages.length === 0 ? (
              <Empty title={t.askEmpty} />
            ) : (
              <ol className="grid gap-6">
                {answer.passages.map((passage) => (
                  <li key={passage.url} className="border-s-2 border-gold-fill ps-4">
                    <h2 className="mb-1 text-base font-semibold">
                      <a href={passage.url} className="underline-offset-2 hover:underline">
                        {passage.title}
                        {passage.heading && passage.heading !== passage.title && <span className="text-muted"> · {passage.heading}</span>}
                      </a>
                    </h2>
                    <Markdown source={passage.text} />
                    <p className="mt-1 font-mono text-xs text-muted">{passage.url}</p>
                  </li>
                ))}
              </ol>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
