import { useQueryClient } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import { preCheck, submit } from "@/api/queries/submission";
import type { Declaration } from "@/api/types";
import { text } from "@/text";
import { isSendable, rememberDeclaration, rememberedDeclaration, type Specimen, tray } from "./specimen";

function sampleFile(): File {
  return new File([text.contribute.sampleText], text.contribute.sampleName, { type: "text/markdown" });
}

function isCheckable(item: Specimen): boolean {
  return item.stage === "waiting" || item.stage === "failed" || (item.stage === "checked" && item.problem !== null);
}

/** The tray, the declaration, and what the two buttons do. Files go one after the other, in order. */
export function useTray(datanet: string, sample: boolean) {
  const client = useQueryClient();
  const [items, change] = useReducer(tray, [], (empty) => (sample ? tray(empty, { do: "add", files: [sampleFile()] }) : empty));
  const [declaration, setDeclaration] = useState<Declaration>(() => {
    const remembered = rememberedDeclaration();
    return sample && remembered.licence === "" ? { ...remembered, licence: "CC0-1.0" } : remembered;
  });
  const [busy, setBusy] = useState<"checking" | "sending" | null>(null);
  const [strict, setStrict] = useState(false);

  function declare(next: Declaration): void {
    setDeclaration(next);
    rememberDeclaration(next);
    change({ do: "redeclare" });
  }

  async function each(stage: "checking" | "sending", chosen: Specimen[]): Promise<void> {
    setBusy(stage);
    for (const { key, file } of chosen) {
      const on = (share: number) => change({ do: "progress", key, share });
      change({ do: "begin", key, stage });
      try {
        // One at a time: the order is the contributor's, and a limit reached stops the rest honestly.
        // oxlint-disable no-await-in-loop
        if (stage === "checking") change({ do: "checked", key, preCheck: await preCheck(datanet, file, declaration, on) });
        else change({ do: "sent", key, submission: await submit(datanet, file, declaration, on) });
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

  return {
    items,
    declaration,
    declare,
    busy,
    strict,
    add: (files: File[]) => change({ do: "add", files }),
    remove: (key: string) => change({ do: "remove", key }),
    clear: () => change({ do: "clear" }),
    checkable: items.filter(isCheckable).length,
    sendable: items.filter(isSendable).length,
    check: () => each("checking", items.filter(isCheckable)),
    send: async () => {
      if (declaration.licence.trim() === "" || !declaration.consent) {
        setStrict(true);
        return;
      }
      setStrict(false);
      await each("sending", items.filter(isSendable));
    },
  };
}
