import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nameOf, useKeys, type KeyMap } from "@/lib/keys";
import { personReasons } from "@/features/review/reject-panel";

const plain = { metaKey: false, ctrlKey: false, altKey: false };

describe("names of keys", () => {
  test("letters are small, whatever shift says", () => expect(nameOf({ ...plain, key: "A" })).toBe("a"));
  test("⌘ and Ctrl are one", () => {
    expect(nameOf({ ...plain, ctrlKey: true, key: "k" })).toBe("mod+k");
    expect(nameOf({ ...plain, metaKey: true, key: "k" })).toBe("mod+k");
  });
  test("named keys keep their name", () => expect(nameOf({ ...plain, key: "Escape" })).toBe("Escape"));
});

test("a person's reasons fit on the number keys and never hold the machine's own", () => {
  expect(personReasons).toHaveLength(8);
  expect(personReasons).not.toContain("score_below_threshold");
});

describe("the page's keys", () => {
  let stage: HTMLDivElement;
  let unmount: () => void;
  function mount(map: KeyMap): void {
    function Page() {
      useKeys(map);
      return <input aria-label="words" />;
    }
    const root = createRoot(stage);
    act(() => root.render(<Page />));
    unmount = () => act(() => root.unmount());
  }
  function press(target: EventTarget, key: string, more = {}): void {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  }
  beforeEach(() => {
    vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
    stage = document.createElement("div");
    document.body.append(stage);
  });
  afterEach(() => {
    unmount();
    stage.remove();
  });

  test("act anywhere but where one types", () => {
    const accept = vi.fn();
    mount({ a: accept });
    press(window, "a");
    press(stage.querySelector("input") as HTMLInputElement, "a");
    expect(accept).toHaveBeenCalledTimes(1);
  });
  test("the palette opens even while typing", () => {
    const open = vi.fn();
    mount({ "mod+k": open });
    press(stage.querySelector("input") as HTMLInputElement, "k", { ctrlKey: true });
    expect(open).toHaveBeenCalledTimes(1);
  });
  test("stay quiet under a dialog and after leaving", () => {
    const accept = vi.fn();
    mount({ a: accept });
    const dialog = document.createElement("dialog");
    dialog.setAttribute("open", "");
    document.body.append(dialog);
    press(window, "a");
    dialog.remove();
    expect(accept).not.toHaveBeenCalled();
  });
});
