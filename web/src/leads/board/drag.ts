import {
  type CSSProperties,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useRef,
  useState,
} from "react";
import type { Lead } from "../../api/schema";

/** Pixels that a pointer goes before a press is a drag. */
const SLACK = 6;
/** Pixels from the board's edge within which it moves along. */
const EDGE = 48;

interface Dragged {
  id: string;
  over: string | null;
  /** What the card leaves free in its column, in pixels. */
  height: number;
  style: CSSProperties;
}

/**
 * Cards dragged by a mouse or a pen; a finger scrolls, and has the card's menu. `handlers(lead)` go on the card's face.
 * Escape, or a drop beside every column, leaves the card where it was.
 */
export function useDrag(board: RefObject<HTMLElement | null>, put: (lead: Lead, stage: string) => void) {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const from = useRef<{ x: number; y: number; card: DOMRect; moved: boolean } | null>(null);
  const justDragged = useRef(false);

  const end = () => {
    from.current = null;
    setDragged(null);
  };
  const handlers = (lead: Lead) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      justDragged.current = false;
      if (event.button !== 0 || event.pointerType === "touch") return;
      const card = (event.currentTarget.parentElement ?? event.currentTarget).getBoundingClientRect();
      from.current = { x: event.clientX, y: event.clientY, card, moved: false };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const start = from.current;
      if (start === null) return;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (!start.moved && Math.hypot(dx, dy) < SLACK) return;
      if (!start.moved) event.currentTarget.setPointerCapture(event.pointerId);
      start.moved = true;
      moveAlong(board.current, event.clientX);
      setDragged({
        id: lead.id,
        over: columnAt(board.current, event.clientX, event.clientY),
        height: start.card.height,
        style: {
          position: "fixed",
          left: start.card.left + dx,
          top: start.card.top + dy,
          width: start.card.width,
          zIndex: 5,
        },
      });
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const moved = from.current?.moved === true;
      end();
      if (!moved) return;
      justDragged.current = true;
      const over = columnAt(board.current, event.clientX, event.clientY);
      if (over !== null) put(lead, over);
    },
    onPointerCancel: end,
    // The click that ends a drag opens nothing.
    onClickCapture: (event: MouseEvent) => {
      if (!justDragged.current) return;
      justDragged.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
    onKeyDownCapture: (event: { key: string }) => {
      if (event.key === "Escape" && from.current !== null) end();
    },
  });
  return { dragged, handlers };
}

/** The stage whose column is under a point. */
function columnAt(board: HTMLElement | null, x: number, y: number): string | null {
  for (const column of board?.querySelectorAll<HTMLElement>("[data-stage]") ?? []) {
    const { left, right, top, bottom } = column.getBoundingClientRect();
    if (x >= left && x <= right && y >= top && y <= bottom) return column.dataset.stage ?? null;
  }
  return null;
}

function moveAlong(board: HTMLElement | null, x: number): void {
  if (board === null) return;
  const { left, right } = board.getBoundingClientRect();
  if (x > right - EDGE) board.scrollLeft += 12;
  if (x < left + EDGE) board.scrollLeft -= 12;
}
