import { useQueryClient } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import { preCheck, submit } from "@/api/queries/submission";
import type { Datanet, Declaration } from "@/api/types";
import { text } from "@/text";
import { rememberDeclaration, rememberedDeclaration } from "./remembered";
import { isCheckable, isSendable, type Made, room, type Specimen, tray } from "./specimen";

function sampleFile(): File {
  return new File([text.contribute.sampleText], text.contribute.sampleName, { type: "text/markdown" });
}

/** The tray, the declaration, and what the buttons do. Files go one after the other, in order. */
export function useTray({ id: datanet, licences }: Datanet, sample: boolean) {
  const client = useQueryClient();
  const [items, change] = useReducer(tray, [], (empty) => (sample ? tray(empty, { do: "add", files: [sampleFile()] }) : empty));
  const [declaration, setDeclaration] = useState<Declaration>(() => {
    const remembered = rememberedDeclaration(datanet, licences);
    return sample && remembered.licence === "" && licences.length === 0 ? { ...remembered, licence: "CC0-1.0" } : remembered;
  });
  const [busy, setBusy] = useState<"checking" | "sending" | null>(null);
  const [strict, setStrict] = useState(false);
  const [leftOut, setLeftOut] = useState(0);

  function declare(next: Declaration): void {
    setDeclaration(next);
    rememberDeclaration(datanet, next);
    change({ do: "redeclare" });
  }

  async function each(stage: "checking" | "sending", chosen: Pick<Specimen, "key" | "file" | "transcript">[]): Promise<void> {
    setBusy(stage);
    for (const { key, file, transcript } of chosen) {
      const on = (share: number) => change({ do: "progress", key, share });
      const declared = { ...declaration, transcript: transcript.trim() || null };
      change({ do: "begin", key, stage });
      try {
        // One at a time: the order is the contributor's, and a limit reached stops the rest honestly.
        // oxlint-disable no-await-in-loop
        if (stage === "checking") change({ do: "checked", key, preCheck: await preCheck(datanet, file, declared, on) });
        else change({ do: "sent", key, submission: await submit(datanet, file, declared, on) });
        // oxlint-enable no-await-in-loop
      } catch (error) {
        change({ do: "failed", key, error });
      }
    }
    setBusy(null);
    await client.invalidateQueries({ queryKey: ["quota"] });
    if (stage === "sending") {
      await client.invalidateQueries({ queryKey: ["submissions"] });
      await client.invalidateQueries({ queryKey: ["datanet", datanet] });
    }
  }

  async function send(chosen: Specimen[]): Promise<void> {
    const complete = declaration.licence.trim() !== "" && declaration.consent;
    setStrict(!complete);
    if (complete) await each("sending", chosen);
  }

  return {
    items,
    declaration,
    declare,
    busy,
    strict,
    leftOut,
    add: (files: File[]) => {
      setLeftOut(Math.max(0, files.length - room(items)));
      change({ do: "add", files });
    },
    remove: (key: string) => change({ do: "remove", key }),
    transcribe: (key: string, transcript: string) => change({ do: "transcribe", key, transcript }),
    clear: () => change({ do: "clear" }),
    checkable: items.filter(isCheckable).length,
    sendable: items.filter(isSendable).length,
    check: () => each("checking", items.filter(isCheckable)),
    send: () => send(items.filter(isSendable)),
    /** Does again what failed for one file. */
    retry: (item: Specimen) => (item.preCheck ? send([item]) : each("checking", [item])),
    /** Lays a file made here in the place of another, and checks it at once. */
    replace: (item: Specimen, file: File, made: Made) => {
      change({ do: "replace", key: item.key, file, made });
      return each("checking", [{ key: item.key, file, transcript: item.transcript }]);
    },
  };
}

export type Tray = ReturnType<typeof useTray>;
