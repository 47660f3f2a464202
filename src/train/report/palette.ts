/**
 * Colours by name, in light and dark. The three curve colours are those of Okabe and Ito, "Color universal design"
 * (2008), which people with any colour vision can tell apart.
 */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ["#ffffff", "#14171a"],
  panel: ["#f5f6f8", "#1d2125"],
  ink: ["#1b1f24", "#e7eaed"],
  muted: ["#59636e", "#9aa5b0"],
  line: ["#d8dde3", "#333a41"],
  grid: ["#e8ebef", "#272d33"],
  c1: ["#0072b2", "#56b4e9"],
  c2: ["#c84f00", "#f0a32f"],
  c3: ["#00805c", "#3fc79a"],
};

function declarations(theme: 0 | 1): string {
  return Object.entries(COLOURS)
    .map(([name, values]) => `--${name}:${values[theme]}`)
    .join(";");
}

/** The colours as CSS variables: light, on dark screens dark, on paper light. */
export const PALETTE_CSS =
  `:root{color-scheme:light dark;${declarations(0)}}` +
  `@media screen and (prefers-color-scheme:dark){:root{${declarations(1)}}}`;

/** CSS with every colour variable replaced by its light value, for renderers that know no variables. */
export function withLightColours(css: string): string {
  return css.replace(/var\(--([\w-]+)\)/g, (_, name: string) => COLOURS[name][0]);
}
