import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const garden: MantineColorsTuple = [
  "#eef7f1",
  "#d9ebdf",
  "#b3d6c0",
  "#88bf9d",
  "#6cc490",
  "#459a69",
  "#2a7a4f",
  "#1f6a43",
  "#1b5a39",
  "#13412a",
];

/** What Mantine paints a dark scheme with, by our tokens: text, then lines, then surfaces. */
const dark: MantineColorsTuple = [
  "#e8efe9",
  "#b3c0b7",
  "#93a298",
  "#5b6b62",
  "#3a4a40",
  "#263229",
  "#161e1a",
  "#131a16",
  "#0f1512",
  "#0a0f0c",
];

/** What Mantine paints a light scheme's edges, hovers and tracks with; its own greys are too blue beside our tokens. */
const gray: MantineColorsTuple = [
  "#f6f7f4",
  "#eef1ec",
  "#e7ebe5",
  "#e1e6df",
  "#c9d1c8",
  "#a7b2a9",
  "#5f6c64",
  "#4c5a52",
  "#2d3932",
  "#16211b",
];

/** Every dialog and drawer. */
const dialog = {
  overlayProps: { backgroundOpacity: 0.35, blur: 2 },
  closeButtonProps: { "aria-label": "Close" },
  // Its head is no banner of the page.
  attributes: { header: { role: "presentation" } },
};

/** Mantine in our language. Its own greys and reds are too light to read; ours come from tokens.css. */
export const theme = createTheme({
  colors: { garden, gray, dark },
  primaryColor: "garden",
  primaryShade: { light: 7, dark: 6 },
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, monospace",
  fontSizes: { xs: "12px", sm: "13.5px", md: "14px", lg: "16px", xl: "18px" },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "10px", xl: "14px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Modal: {
      styles: { title: { fontSize: 16, fontWeight: 640 } },
      defaultProps: {
        centered: false,
        radius: "lg",
        ...dialog,
      },
    },
    Drawer: {
      styles: { title: { fontSize: 16, fontWeight: 640 } },
      defaultProps: dialog,
    },
    // Beside a title its own grey is too light.
    Notification: { styles: { description: { color: "var(--ink-soft)" } } },
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 350,
        // In the page's landmark, and not cut off there.
        portalProps: { target: "#content" },
        floatingStrategy: "fixed",
      },
    },
    Menu: {
      // It holds items alone, and is part of the landmark that its button is in, yet not cut off there.
      defaultProps: {
        withinPortal: false,
        floatingStrategy: "fixed",
        shadow: "md",
        radius: "md",
        position: "bottom-start",
        withInitialFocusPlaceholder: false,
      },
    },
  },
});

const ours = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-faint)",
  "--mantine-color-placeholder": "var(--ink-faint)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-anchor": "var(--accent-ink)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-shadow-md": "var(--shade-raised)",
  "--mantine-shadow-xl": "var(--shade-raised)",
};

/** Mantine's variables by our tokens, which know both schemes. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
