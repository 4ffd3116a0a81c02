import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useCallback } from "react";

/** Light or dark: the system's choice until the person makes one. */
export function useScheme(): { dark: boolean; toggle: () => void } {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const toggle = useCallback(() => setColorScheme(dark ? "light" : "dark"), [dark, setColorScheme]);
  return { dark, toggle };
}
