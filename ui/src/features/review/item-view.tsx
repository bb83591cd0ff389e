import type { ReviewItem } from "@/api/types";
import { Punch, glyph } from "@/components/mark/punch";
import { Content } from "@/features/specimen/content";
import { NeighbourView } from "@/features/specimen/neighbour";
import { Sentence } from "@/features/specimen/sentence";
import { useFetchedUrl } from "@/lib/fetched-url";
import { bytes } from "@/lib/format";
import { mediaWord } from "@/lib/media";
import { text } from "@/text";

interface ItemViewProps {
  item: ReviewItem;
  /** The finding that is shown at its place. */
  current: number | null;
  onChoose: (index: number) => void;
  /** Whether keys move the picture and the sound. */
  keys: boolean;
}

/** The item in front of the reviewer: the content with findings at their places. */
export function ItemView({ item, current, onChoose, keys }: ItemViewProps) {
  const { submission, reading, preview, nearest, transcript } = item;
  const sound = useFetchedUrl(item.sound_url ?? null);
  return (
    <article aria-label={text.review.item} className="min-w-0">
      <p className="num mb-3 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{bytes(submission.bytes)}</span>
        <span>{submission.licence}</span>
        {submission.media_type && <span>{mediaWord(submission.media_type)}</span>}
        {typeof submission.score === "number" && <span>{text.review.score(submission.score)}</span>}
        {submission.trial && <span>{text.contribute.trial}</span>}
        {preview && <span>{text.review.blindNote}</span>}
      </p>
      {item.held && (
        <div className="mb-4 rounded-md border border-amber bg-amber-wash px-4 py-3">
          <p className="flex items-center gap-2 font-medium text-amber">
            <Punch shape="lozenge" tone="amber" size={20} struck>
              {glyph.pause}
            </Punch>
            {text.review.held}
          </p>
          <ul className="mt-1 list-disc ps-8">
            {submission.findings.filter((finding) => finding.class === "hold").map((finding, i) => (
              <li key={i} className="wrap-anywhere">
                <Sentence>{finding.message}</Sentence>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Content reading={reading} preview={preview} sound={sound} findings={submission.findings} current={current} onChoose={onChoose} whole keys={keys} />
      {transcript && (
        <section className="mt-6">
          <h2 className="mb-2 text-sm font-semibold">{text.specimen.transcript}</h2>
          <p className="max-w-[72ch] text-base whitespace-pre-wrap">{transcript}</p>
        </section>
      )}
      {nearest && (
        <section className="mt-6">
          <h2 className="mb-2 text-sm font-semibold">{text.specimen.nearest}</h2>
          <NeighbourView neighbour={nearest} reading={reading} preview={preview} sound={sound} />
        </section>
      )}
    </article>
  );
}
