const STORE = "trays";

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("store")));
  });
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open("karat", 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
  const base = await asked(opening);
  const access = base.transaction(STORE, mode);
  for (const end of ["complete", "abort"]) access.addEventListener(end, () => base.close());
  return access.objectStore(STORE);
}

/** Whose tray for which datanet: nobody else on this device gets it back. */
export function trayOf(contributor: string, datanet: string): string {
  return `${contributor}/${datanet}`;
}

/** What was left on a tray; nothing where the browser keeps nothing. */
export async function keptTray<T>(tray: string): Promise<T[]> {
  try {
    return ((await asked((await store("readonly")).get(tray))) as T[] | undefined) ?? [];
  } catch {
    return [];
  }
}

/** Keeps files and what was said of them, and says whether that worked. */
export async function keepTray<T>(tray: string, left: readonly T[]): Promise<boolean> {
  try {
    const place = await store("readwrite");
    await (left.length > 0 ? asked(place.put(left, tray)) : asked(place.delete(tray)));
    return true;
  } catch {
    return false;
  }
}

/** Every tray of one person, and of nobody else. */
function traysOf(contributor: string): IDBKeyRange {
  return IDBKeyRange.bound(trayOf(contributor, ""), trayOf(contributor, "\uffff"));
}

/** How many files of a person this device still keeps. */
export async function keptFiles(contributor: string): Promise<number> {
  try {
    const trays = await asked<unknown[][]>((await store("readonly")).getAll(traysOf(contributor)));
    return trays.reduce((sum, tray) => sum + tray.length, 0);
  } catch {
    return 0;
  }
}

/** Forgets a person's trays on this device, as when they go; those of others stay. */
export async function forgetTrays(contributor: string): Promise<void> {
  try {
    await asked((await store("readwrite")).delete(traysOf(contributor)));
  } catch {
    // Where nothing is kept, nothing is to be forgotten.
  }
}
