import { useEffect } from "react";
import { allCommands } from "./registry";

const SECOND_STROKE_MS = 1200;
const SWITCH = "gardenos.shortcuts";

/** Whether single letters are shortcuts; people who dictate switch them off (WCAG 2.1.4). */
export function lettersAreShortcuts(): boolean {
  return localStorage.getItem(SWITCH) !== "off";
}

export function setLettersAreShortcuts(on: boolean): void {
  localStorage.setItem(SWITCH, on ? "on" : "off");
}

/** Listens for every command's keys while it is mounted. */
export function useShortcuts(): void {
  useEffect(() => {
    let first: { stroke: string; at: number } | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const stroke = strokeOf(event);
      if (stroke === null) return;
      const plain = !stroke.includes("mod+");
      if (plain && (isTyping(event.target) || !lettersAreShortcuts() || anythingIsOpen())) return;
      const before = first && Date.now() - first.at < SECOND_STROKE_MS ? `${first.stroke} ` : "";
      const found = allCommands().find((each) => each.keys === before + stroke && !each.disabled);
      first = null;
      if (found) {
        event.preventDefault();
        found.run();
      } else if (allCommands().some((each) => each.keys?.startsWith(`${stroke} `))) {
        first = { stroke, at: Date.now() };
      }
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}

function strokeOf(event: KeyboardEvent): string | null {
  if (["Shift", "Control", "Meta", "Alt"].includes(event.key) || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // Signs like ? are typed with Shift on some keyboards and without on others; letters are not.
  const shift = event.shiftKey && /^[a-z]$/.test(key) ? "shift+" : "";
  return (event.ctrlKey || event.metaKey ? "mod+" : "") + shift + key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const tag = target.tagName;
  const kind = target instanceof HTMLInputElement ? target.type : "";
  return (
    target.isContentEditable ||
    tag === "TEXTAREA" ||
    tag === "SELECT" ||
    (tag === "INPUT" && kind !== "checkbox" && kind !== "radio")
  );
}

/** A dialog or an open menu has keys of its own. */
function anythingIsOpen(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null;
}

/** Keys as they are shown: `["G", "L"]`, `["Ctrl", "K"]`. */
export function keyCaps(keys: string): string[] {
  const isMac = navigator.platform.startsWith("Mac");
  return keys
    .split(" ")
    .flatMap((stroke) => stroke.split("+"))
    .map(
      (key) =>
        ({ mod: isMac ? "⌘" : "Ctrl", shift: "Shift" })[key] ?? (key.length === 1 ? key.toUpperCase() : key),
    );
}
