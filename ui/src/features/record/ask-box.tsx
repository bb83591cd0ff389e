import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { text } from "@/text";

const t = text.record;

export function AskBox({ q, onAsk }: { q: string; onAsk: (q: string) => void }) {
  const [words, setWords] = useState(q);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (words.trim()) onAsk(words.trim());
  }
  return (
    <form role="search" onSubmit={submit} className="grid gap-3">
      <Field label={t.askLabel} hint={t.askHint}>
        {(ids) => <Input {...ids} type="search" placeholder={t.askPlaceholder} value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
      <Button look="primary" type="submit" className="w-fit">
        {t.ask}
      </Button>
    </form>
  );
}
