import { Link } from "@tanstack/react-router";
import { named } from "@/lib/sentence";
import { text } from "@/text";

/** A sentence of the gate; a submission it names by its id is a link in words. */
export function Sentence({ children }: { children: string }) {
  return named(children).map((piece, i) =>
    piece.id ? (
      <Link key={i} to="/submissions/$id" params={{ id: piece.id }} className="text-blue underline underline-offset-2">
        {text.specimen.thatSubmission}
      </Link>
    ) : (
      <span key={i}>{piece.text}</span>
    ),
  );
}
