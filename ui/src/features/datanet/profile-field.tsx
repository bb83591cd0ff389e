import { useState } from "react";
import type { Datanet, Modality } from "@/api/types";
import { Field, Select } from "@/components/ui/field";
import { text } from "@/text";

/** The sets of thresholds of each modality, its default first. */
export const profiles: Record<Modality, string[]> = {
  text: ["prose", "technical", "short", "web"],
  image: ["photo", "graphic"],
  audio: ["speech", "music", "sound"],
};

/** Which thresholds the gate measures by, with a sentence on what they are for. */
export function ProfileField({ modality, datanet }: { modality: Modality; datanet: Datanet | null }) {
  const [chosen, setChosen] = useState(datanet?.profile ?? "");
  const own = profiles[modality];
  const value = own.includes(chosen) ? chosen : (own[0] ?? "");
  return (
    <Field label={text.datanet.fields.profile[modality]} hint={text.datanet.profileMeaning[value]}>
      {(ids) => (
        <Select {...ids} name="profile" value={value} onChange={(event) => setChosen(event.target.value)}>
          {own.map((profile) => (
            <option key={profile} value={profile}>
              {text.datanet.profiles[profile]}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
