// A map of a power network: buses coloured by their potential, lines as thick as what they carry.

import { svg } from "./drawing.js";
import type { Network } from "./power-network.js";

const [WIDTH, HEIGHT, MARGIN] = [800, 600, 40];
const CLASSES = 12;
/** The most buses whose names fit into the map. */
const NAMED = 60;

/**
 * Draws a network. Buses without potential (NaN) are dark; lines that have failed are dashed.
 *
 * @param flows what each line carries
 * @param failed the lines that carry nothing
 */
export function networkMap(
  { buses, lines, places, potential, flow }: Network,
  potentials: ArrayLike<number>,
  flows: ArrayLike<number>,
  failed: ReadonlySet<number>,
): string {
  const at = fit(places);
  const radius = Math.max(1.5, Math.min(10, 130 / Math.sqrt(buses.length)));
  const known = Array.from(potentials).filter((value) => !Number.isNaN(value));
  const [low, high] = [least(known), -least(known.map((value) => -value))];
  const most = -least(Array.from(flows, (value) => -Math.abs(value))) || 1;

  const wires = new Map<number, string>();
  const broken: string[] = [];
  for (const [l, { from, to }] of lines.entries()) {
    const path = `M${at(from)}L${at(to)}`;
    const rank = Math.ceil((CLASSES * Math.abs(flows[l])) / most);
    if (failed.has(l)) broken.push(path);
    else wires.set(rank, (wires.get(rank) ?? "") + path);
  }
  const dots = new Map<string, string>();
  for (const b of buses.keys()) {
    const share = (potentials[b] - low) / (high - low || 1);
    const colour = Number.isNaN(share) ? "black" : heat(Math.round(share * CLASSES) / CLASSES);
    dots.set(colour, `${dots.get(colour) ?? ""}M${at(b)}h0`);
  }
  const unit = (value: number, { scale, unit }: Network["flow"]) =>
    `${Number((value * scale).toPrecision(4))} ${unit}`;
  const text = (x: number, y: number, content: string) => `<text x="${x}" y="${y}">${content}</text>`;
  const order = Array.from(wires).sort(([a], [b]) => a - b);
  return svg(
    WIDTH,
    HEIGHT,
    [
      ...order.map(([rank, d]) => {
        const share = rank / CLASSES;
        const grey = Math.round(210 - 190 * share);
        return `<path d="${d}" stroke="rgb(${grey},${grey},${grey})" stroke-width="${((0.15 + 0.6 * share) * radius).toFixed(2)}"/>`;
      }),
      `<path class="failed" d="${broken.join("")}" stroke="crimson" stroke-width="2" stroke-dasharray="5 4"/>`,
      ...Array.from(
        dots,
        ([colour, d]) =>
          `<path d="${d}" stroke="${colour}" stroke-width="${(2 * radius).toFixed(2)}" stroke-linecap="round"/>`,
      ),
      '<g font-family="sans-serif" font-size="14">',
      ...(buses.length <= NAMED
        ? buses.map(({ name }, b) => {
            const [x, y] = at(b).split(" ").map(Number);
            return text(x + radius + 3, y + 5, name);
          })
        : []),
      text(10, 20, `${potential.name} from ${unit(low, potential)} (blue) to ${unit(high, potential)} (red)`),
      text(
        10,
        HEIGHT - 10,
        `lines as thick as their ${flow.name}, at most ${unit(most, flow)}; dashed: failed`,
      ),
      "</g>",
    ].join("\n"),
  );
}

/** Where a bus is in the drawing, as "x y". */
function fit(places: Network["places"]): (bus: number) => string {
  const axis = (a: 0 | 1, size: number) => {
    const values = places.map((place) => place[a]);
    const [low, high] = [least(values), -least(values.map((value) => -value))];
    return values.map((value) =>
      (MARGIN + ((value - low) / (high - low || 1)) * (size - 2 * MARGIN)).toFixed(1),
    );
  };
  const [x, y] = [axis(0, WIDTH), axis(1, HEIGHT)];
  return (bus) => `${x[bus]} ${y[bus]}`;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

/** A colour between blue (0), light grey and red (1). */
function heat(share: number): string {
  const [red, blue] = [Math.min(1, 2 * share), Math.min(1, 2 - 2 * share)];
  const [r, g, b] = [red, Math.min(red, blue), blue].map((part) => Math.round(225 * part));
  return `rgb(${r},${g},${b})`;
}
