import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Markup } from "./html.js";
import { withLightColours } from "./palette.js";

let ready: Promise<readonly Uint8Array[]> | undefined;

/** Compiles the renderer and reads the fonts, once a process. */
async function prepare(): Promise<readonly Uint8Array[]> {
  const { resolve } = createRequire(import.meta.url);
  try {
    await initWasm(readFileSync(resolve("@resvg/resvg-wasm/index_bg.wasm")));
  } catch (error) {
    // The program may use the same renderer and have compiled it before.
    if (!/already initialized/i.test(String(error))) throw error;
  }
  return ["inter-regular.otf", "inter-semibold.otf"].map((name) =>
    readFileSync(new URL(`./assets/${name}`, import.meta.url)),
  );
}

/**
 * An SVG chart as a PNG file in light colours, `zoom` pixels a unit.
 * Text is drawn with a font that comes with this package, so that machines without fonts draw the same picture.
 */
export async function chartToPng(svg: Markup, zoom: number): Promise<Uint8Array> {
  ready ??= prepare();
  const fontBuffers = [...(await ready)];
  const css = withLightColours(readFileSync(new URL("./assets/chart.css", import.meta.url), "utf8"));
  const styled = svg.text.replace(">", `><style>${css}</style>`);
  const renderer = new Resvg(styled, {
    background: withLightColours("var(--page)"),
    fitTo: { mode: "zoom", value: zoom },
    font: { fontBuffers, defaultFontFamily: "Inter", sansSerifFamily: "Inter" },
  });
  const image = renderer.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    renderer.free();
  }
}
