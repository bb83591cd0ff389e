import type { ReviewItem } from "@/api/types";
import { Punch, glyph } from "@/components/mark/punch";
import { Findings } from "@/features/contribute/findings";
import { SpecimenText } from "@/features/contribute/specimen-text";
import { bytes } from "@/lib/format";
import { text } from "@/text";

/** The item in front of the reviewer; evidence first when the gate held it. */
export function ItemView({ item }: { item: ReviewItem }) {
  const { submission } = item;
  return (
    <article aria-label={text.review.item} className="min-w-0">
      <p className="num mb-3 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{bytes(submission.bytes)}</span>
        <span>{submission.licence}</span>
        {submission.media_type && <span>{submission.media_type}</span>}
        {submission.score !== null && submission.score !== undefined && <span>{text.review.score(submission.score)}</span>}
        {submission.trial && <span>{text.contribute.trial}</span>}
      </p>
      {item.held && (
        <div className="mb-4 rounded-md border border-amber bg-amber-wash p-4">
          <p className="mb-3 flex items-center gap-2 font-medium text-amber">
            <Punch shape="lozenge" tone="amber" size={20} struck>
              {glyph.pause}
            </Punch>
            {text.review.held}
          </p>
          <Findings findings={submission.findings} />
        </div>
      )}
      <Content item={item} />
    </article>
  );
}

function Content({ item }: { item: ReviewItem }) {
  const media = item.submission.media_type ?? "";
  if (item.text !== null && item.text !== undefined) {
    return <SpecimenText key={item.submission.id} source={item.text} findings={item.submission.findings} whole prose className="max-h-[68vh]" />;
  }
  if (media.startsWith("image/")) return <img src={item.file_url} alt={text.review.item} className="max-h-[68vh] max-w-full rounded-sm border border-line bg-sunken object-contain" />;
  // A contributor's recording comes without captions; the reviewer judges the sound itself.
  // oxlint-disable-next-line jsx-a11y/media-has-caption
  if (media.startsWith("audio/")) return <audio controls src={item.file_url} className="w-full" />;
  return (
    <a href={item.file_url} className="text-blue underline">
      {text.review.openFile}
    </a>
  );
}
