import assert from "node:assert/strict";
import { test } from "node:test";
import { Resvg } from "@resvg/resvg-wasm";
import { lineChart } from "../../src/train/report/chart.js";
import { lossChart } from "../../src/train/report/curves.js";
import { html, Markup } from "../../src/train/report/html.js";
import { encodePng } from "../../src/train/report/png.js";
import { chartToPng } from "../../src/train/report/raster.js";
import { exampleHistory } from "./report-example.js";

/** Red, green, blue, alpha of every pixel of a PNG file, as another program's decoder reads them. */
async function decode(png: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  await chartToPng(html`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>`, 1);
  const data = Buffer.from(png).toString("base64");
  const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${data}"/>`;
  return new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`,
  ).render().pixels;
}

test("PNG files of grey and coloured pictures hold their pixels", async () => {
  for (const channels of [1, 3] as const) {
    const [width, height] = [5, 7];
    const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 256);
    const decoded = await decode(encodePng({ width, height, channels, pixels }), width, height);
    const expected = Array.from({ length: width * height }, (_, i) =>
      channels === 1
        ? [pixels[i], pixels[i], pixels[i], 255]
        : [pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2], 255],
    ).flat();
    assert.deepEqual([...decoded], expected);
  }
});

test("a picture whose size and pixels do not fit is refused", () => {
  const pixels = new Uint8Array(10);
  assert.throws(() => encodePng({ width: 3, height: 3, channels: 1, pixels }), {
    code: "argument",
    message: /10 bytes.*9/,
  });
  assert.throws(() => encodePng({ width: 0, height: 3, channels: 1, pixels: new Uint8Array(0) }), {
    code: "argument",
  });
});

test("the loss as a PNG has its size, its curves and readable labels without any font of the system", async () => {
  const spec = lossChart(exampleHistory(120), "example: loss");
  assert.ok(spec);
  const svg = lineChart(spec, 400, 300, 10);
  const png = await chartToPng(svg, 2);
  const view = new DataView(png.buffer, png.byteOffset);
  assert.deepEqual([view.getUint32(16), view.getUint32(20)], [840, 640]);
  // Every text leaves ink that is gone when it is blanked: the renderer is WebAssembly and sees no system fonts.
  const pixels = await decode(png, 840, 640);
  const texts = [...svg.text.matchAll(/<text[^>]*>([^<]+)<\/text>/g)];
  assert.ok(texts.length > 8);
  for (const [element, text] of texts) {
    const blanked = svg.text.replace(element, element.replace(`>${text}<`, "> <"));
    const without = await decode(await chartToPng(new Markup(blanked), 2), 840, 640);
    const changed = pixels.filter((value, i) => Math.abs(value - without[i]) > 64).length;
    assert.ok(changed > 10 * text.replace(/\W/g, "").length, `"${text}" changes ${changed} values`);
  }
});
