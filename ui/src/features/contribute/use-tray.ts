import { useQueryClient } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import { meQuery } from "@/api/queries/account";
import { preCheck, submit } from "@/api/queries/submission";
import type { Datanet, Declaration } from "@/api/types";
import { trayOf } from "@/lib/kept";
import { problemOf } from "@/lib/problem";
import { text } from "@/text";
import { rememberDeclaration, rememberedDeclaration } from "./remembered";
import { useKept } from "./use-kept";
import { isCheckable, isSendable, type Made, room, type Specimen, tray, twice } from "./specimen";

function sampleFile(): File {
  return new File([text.contribute.sampleText], text.contribute.sampleName, { type: "text/markdown" });
}

/** What was missing from the declaration at the last try, and how often was tried. */
export interface Asked {
  times: number;
  part: "nothing" | "licence" | "all";
}

/** Names of files that were not laid down: they lie there already, or there is no room. */
export interface LeftOut {
  twice: string[];
  over: string[];
}

/** The tray, the declaration, and what the buttons do. Files go one after the other, in order. */
export function useTray({ id: datanet, licences }: Datanet, contributor: string, sample: boolean) {
  const client = useQueryClient();
  const [items, change] = useReducer(tray, [], (empty) => (sample ? tray(empty, { do: "add", files: [sampleFile()] }) : empty));
  const [declaration, setDeclaration] = useState<Declaration>(() => {
    const remembered = rememberedDeclaration(datanet, licences);
    return sample && remembered.licence === "" && licences.length === 0 ? { ...remembered, licence: "CC0-1.0" } : remembered;
  });
  const kept = useKept(trayOf(contributor, datanet), items, sample ? null : (left) => change({ do: "restore", kept: left }));
  const [busy, setBusy] = useState<"checking" | "sending" | null>(null);
  const [asked, setAsked] = useState<Asked>({ times: 0, part: "nothing" });
  const [leftOut, setLeftOut] = useState<LeftOut>({ twice: [], over: [] });

  function declare(next: Declaration): void {
    setDeclaration(next);
    rememberDeclaration(datanet, next);
    change({ do: "redeclare" });
  }

  async function each(stage: "checking" | "sending", chosen: Pick<Specimen, "key" | "file" | "transcript">[]): Promise<void> {
    setBusy(stage);
    for (const { key, file, transcript } of chosen) {
      const on = (share: number) => change({ do: "progress", key, share });
      const given = { ...declaration, transcript: transcript.trim() || null };
      change({ do: "begin", key, stage });
      try {
        // One at a time: the order is the contributor's, and a limit reached stops the rest honestly.
        // oxlint-disable no-await-in-loop
        if (stage === "checking") change({ do: "checked", key, preCheck: await preCheck(datanet, file, given, on) });
        else change({ do: "sent", key, submission: await submit(datanet, file, given, on) });
        // oxlint-enable no-await-in-loop
      } catch (error) {
        change({ do: "failed", key, error });
        // Signed out meanwhile: no other file would fare better, and the whole page should say so.
        if (problemOf(error).status === 401) {
          client.setQueryData(meQuery.queryKey, null);
          break;
        }
      }
      void client.invalidateQueries({ queryKey: ["quota"] });
    }
    setBusy(null);
    await client.invalidateQueries({ queryKey: ["quota"] });
    if (stage === "sending") {
      await client.invalidateQueries({ queryKey: ["submissions"] });
      await client.invalidateQueries({ queryKey: ["datanet", datanet] });
    }
  }

  /** Whether what is needed was declared; if not, the form is shown what is missing. */
  function declared(part: "licence" | "all"): boolean {
    const complete = declaration.licence.trim() !== "" && (part === "licence" || declaration.consent);
    setAsked((before) => ({ times: before.times + 1, part: complete ? "nothing" : part }));
    return complete;
  }

  // Without a licence every file is refused for that alone: no attempt is spent on it.
  async function check(chosen: Specimen[]): Promise<void> {
    if (declared("licence")) await each("checking", chosen);
  }

  async function send(chosen: Specimen[]): Promise<void> {
    if (declared("all")) await each("sending", chosen);
  }

  return {
    items,
    declaration,
    declare,
    busy,
    asked,
    leftOut,
    kept,
    add: (files: File[]) => {
      const again = twice(items, files);
      const fresh = files.filter((file) => !again.includes(file));
      const names = (some: File[]) => some.map((file) => file.name);
      setLeftOut({ twice: names(again), over: names(fresh.slice(room(items))) });
      change({ do: "add", files: fresh });
    },
    remove: (key: string) => change({ do: "remove", key }),
    transcribe: (key: string, transcript: string) => change({ do: "transcribe", key, transcript }),
    clear: () => change({ do: "clear" }),
    checkable: items.filter(isCheckable).length,
    /** Sizes of what could be sent, in order. */
    sendable: items.filter(isSendable).map((item) => item.file.size),
    check: () => check(items.filter(isCheckable)),
    /** Sends as many as still find a place, from the first on. */
    send: (most: number) => send(items.filter(isSendable).slice(0, most)),
    /** Does again what failed for one file. */
    retry: (item: Specimen) => (item.preCheck ? send([item]) : check([item])),
    /** Lays a file made here in the place of another, and checks it at once. */
    replace: (item: Specimen, file: File, made: Made) => {
      change({ do: "replace", key: item.key, file, made });
      return each("checking", [{ key: item.key, file, transcript: item.transcript }]);
    },
  };
}

export type Tray = ReturnType<typeof useTray>;
