import { useElementSize } from "@mantine/hooks";

/** The width that a drawing has, in pixels; 0 until it is known. */
export function useWidth(): { ref: (element: HTMLElement | null) => void; width: number } {
  const { ref, width } = useElementSize();
  return { ref, width: Math.floor(width) };
}
