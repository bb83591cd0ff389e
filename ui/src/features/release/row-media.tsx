import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { previewQuery, soundOf } from "@/api/queries/submission";
import type { Row } from "@/api/types";
import { SoundCanvas } from "@/features/specimen/sound-canvas";
import { drawWave } from "@/features/specimen/sound-draw";
import { soundPicture } from "@/lib/sound";
import { text } from "@/text";

const t = text.release;

/** The picture or the recording a row is made of, small, with the way to its page. */
export default function RowMedia({ row }: { row: Row }) {
  const { data, isPending } = useQuery(previewQuery(row.submission));
  const sound = data?.kind === "sound" ? soundPicture(data.sound) : null;
  return (
    <div className="grid min-w-0 gap-2">
      <Link to="/submissions/$id" params={{ id: row.submission }} aria-label={t.openItem(row.index)} className="block w-full max-w-96 rounded-sm border border-line bg-sunken">
        {data?.kind === "image" && <img src={data.url} alt="" loading="lazy" className="h-44 w-full object-contain" />}
        {sound && <SoundCanvas label={text.specimen.wave} height={72} draw={drawWave} picture={sound} />}
        {!data && <span className={`block h-18 ${isPending ? "skeleton" : ""}`} />}
      </Link>
      {data?.kind === "sound" && (
        // What is said in it stands on the item's page, where it was written down at all.
        // oxlint-disable-next-line jsx-a11y/media-has-caption
        <audio controls preload="none" src={soundOf(row.submission)} aria-label={t.hear(row.index)} className="h-10 w-full max-w-96" />
      )}
      <p className="font-mono text-xs break-all text-muted">{row.content}</p>
    </div>
  );
}
