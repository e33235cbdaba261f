import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";
import { fontStack, meaningColours, palettes, surfaces, type Meaning } from "../theme/tokens";

const tuple = (colours: readonly string[]): MantineColorsTuple => colours as unknown as MantineColorsTuple;

export interface Density {
  /** `tablet`: gloves and old eyes (18 px, 60-px targets); `desktop`: 16 px, dense; `phone`: 18 px. */
  density: "tablet" | "desktop" | "phone";
}

/** `closeLabel`: what the cross of a dialog is called in the present language. */
export function yunzhenTheme({ density, closeLabel }: Density & { closeLabel: string }) {
  const large = density !== "desktop";
  const base = large ? 18 : 16;
  const px = (value: number): string => `${value / 16}rem`;
  const dialog = {
    title: { fontSize: px(large ? 22 : 18), fontWeight: 600 },
    content: { background: "var(--yz-card)" },
    header: { background: "var(--yz-card)" },
  };
  return createTheme({
    primaryColor: "teal",
    primaryShade: { light: 6, dark: 6 },
    autoContrast: false,
    colors: {
      teal: tuple(palettes.teal),
      red: tuple(palettes.red),
      yellow: tuple(palettes.amber),
      green: tuple(palettes.green),
      gray: tuple(palettes.gray),
      dark: tuple(palettes.dark),
    },
    white: "#ffffff",
    black: surfaces.light.text,
    fontFamily: fontStack,
    fontFamilyMonospace: `ui-monospace, "Noto Sans Mono", ${fontStack}`,
    // Tablet and phone: nothing a person must read is below 18 px; xs is for marks that a word repeats.
    fontSizes: large
      ? { xs: px(16), sm: px(18), md: px(base), lg: px(20), xl: px(24) }
      : { xs: px(13), sm: px(14), md: px(base), lg: px(18), xl: px(20) },
    lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
    spacing: { xs: px(8), sm: px(12), md: px(16), lg: px(24), xl: px(32) },
    radius: { xs: px(4), sm: px(6), md: px(8), lg: px(12), xl: px(16) },
    defaultRadius: "md",
    headings: {
      fontFamily: fontStack,
      fontWeight: "600",
      sizes: {
        h1: { fontSize: px(large ? 28 : 24), lineHeight: "1.3" },
        h2: { fontSize: px(large ? 24 : 20), lineHeight: "1.35" },
        h3: { fontSize: px(large ? 20 : 17), lineHeight: "1.4" },
        h4: { fontSize: px(large ? 18 : 16), lineHeight: "1.45" },
      },
    },
    focusRing: "auto",
    cursorType: "pointer",
    respectReducedMotion: true,
    components: {
      Button: { defaultProps: { size: large ? "lg" : "sm" }, styles: { label: { overflow: "visible" } } },
      ActionIcon: { defaultProps: { size: large ? 48 : 36, variant: "subtle", color: "gray" } },
      TextInput: { defaultProps: { size: large ? "lg" : "sm" } },
      PasswordInput: { defaultProps: { size: large ? "lg" : "sm" } },
      NumberInput: { defaultProps: { size: large ? "lg" : "sm" } },
      Textarea: { defaultProps: { size: large ? "lg" : "sm" } },
      Select: { defaultProps: { size: large ? "lg" : "sm" } },
      Input: { styles: { wrapper: { marginBlock: 4 } } },
      Modal: {
        defaultProps: {
          centered: true,
          radius: "lg",
          overlayProps: { backgroundOpacity: 0.5 },
          closeButtonProps: { "aria-label": closeLabel, size: large ? 48 : 36, iconSize: large ? 28 : 20 },
        },
        styles: dialog,
      },
      Drawer: {
        defaultProps: {
          closeButtonProps: { "aria-label": closeLabel, size: large ? 48 : 36, iconSize: large ? 28 : 20 },
        },
        styles: dialog,
      },
      Notification: { defaultProps: { closeButtonProps: { "aria-label": closeLabel } } },
      Paper: { defaultProps: { radius: "lg" } },
      Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    },
  });
}

/** Surfaces and meanings as CSS variables (`--yz-card`, `--yz-danger-text`, …) for both schemes. */
export const cssVariables: CSSVariablesResolver = () => {
  const scheme = (which: "light" | "dark"): Record<string, string> => {
    const surface = surfaces[which];
    const variables: Record<string, string> = {
      "--mantine-color-body": surface.page,
      "--mantine-color-text": surface.text,
      "--mantine-color-dimmed": surface.dimmed,
      "--mantine-color-default": surface.card,
      "--mantine-color-default-border": surface.line,
      "--mantine-color-placeholder": surface.dimmed,
      "--mantine-color-error": which === "light" ? "#b82525" : "#f2a7a7",
      "--mantine-color-anchor": which === "light" ? "#0b736f" : "#72bfbb",
      "--yz-page": surface.page,
      "--yz-card": surface.card,
      "--yz-raised": surface.raised,
      "--yz-line": surface.line,
      "--yz-dimmed": surface.dimmed,
    };
    for (const meaning of Object.keys(meaningColours) as Meaning[]) {
      const [text, tint] = meaningColours[meaning][which];
      variables[`--yz-${meaning}-text`] = text;
      variables[`--yz-${meaning}-tint`] = tint;
    }
    return variables;
  };
  return { variables: {}, light: scheme("light"), dark: scheme("dark") };
};
