// Power networks, as far as their steady state needs them: buses, and lines through which flows what their potentials
// (voltages, or angles of voltages) differ by.

import type { Case } from "./matpower.js";

/** A place where lines meet. */
export interface Bus {
  readonly name: string;
  /** What generators feed in less what loads take out, per unit. */
  readonly injection: number;
  /** The potential, where it is given. */
  readonly fixed?: number;
}

/** A line between two buses, by their indices; from `from` to `to` flows conductance · (difference of potentials - shift). */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly conductance: number;
  readonly shift: number;
  /** The most that it should carry, per unit; 0 if it is not known. */
  readonly rating: number;
}

/** A network and how its numbers are called. */
export interface Network {
  readonly title: string;
  readonly buses: readonly Bus[];
  readonly lines: readonly Line[];
  /** Where buses are in a map. */
  readonly places: readonly (readonly [x: number, y: number])[];
  /** What potentials are, and the factor from those of the equations to the unit that is printed. */
  readonly potential: { readonly name: string; readonly unit: string; readonly scale: number };
  /** The same of flows. */
  readonly flow: { readonly name: string; readonly unit: string; readonly scale: number };
}

/**
 * A city of `nx` × `ny` crossings. Lines run along all streets and avenues, every fifth one four times as strong. Four power
 * stations feed in what the neighbourhoods between the big streets draw, `load` per unit in all. The main substation in the
 * middle holds the voltage 1, the perimeter is grounded.
 */
export function cityNetwork(nx: number, ny: number, load: number): Network {
  const [middleX, middleY] = [Math.floor(nx / 2), Math.floor(ny / 2)];
  const stations = new Set(
    [0.3, 0.7].flatMap((y) =>
      [0.3, 0.7].map((x) => Math.round(y * (ny - 1)) * nx + Math.round(x * (nx - 1))),
    ),
  );
  const big = (street: number) => street % 5 === 0;
  const kindOf = (i: number, j: number) => {
    if (i === 0 || j === 0 || i === nx - 1 || j === ny - 1) return "perimeter";
    if (i === middleX && j === middleY) return "substation";
    if (stations.has(j * nx + i)) return "station";
    return big(i) || big(j) ? "street" : "neighbourhood";
  };
  const kinds = Array.from({ length: nx * ny }, (_, b) => kindOf(b % nx, Math.floor(b / nx)));
  const count = (kind: string) => kinds.filter((found) => found === kind).length;
  const [homes, sources] = [count("neighbourhood"), count("station")];
  const buses = kinds.map((kind, b): Bus => {
    const name = String(b);
    if (kind === "perimeter") return { name, injection: 0, fixed: 0 };
    if (kind === "substation") return { name, injection: 0, fixed: 1 };
    if (kind === "station") return { name, injection: load / sources };
    return { name, injection: kind === "neighbourhood" ? -load / homes : 0 };
  });
  const lines: Line[] = [];
  const line = (from: number, to: number, street: number) =>
    lines.push({ from, to, conductance: big(street) ? 4 : 1, shift: 0, rating: 0 });
  for (let j = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++) {
      if (i < nx - 1) line(j * nx + i, j * nx + i + 1, j);
      if (j < ny - 1) line(j * nx + i, (j + 1) * nx + i, i);
    }
  }
  return {
    title: `city of ${nx} × ${ny} crossings`,
    buses,
    lines,
    places: kinds.map((_, b) => [b % nx, ny - 1 - Math.floor(b / nx)]),
    potential: { name: "voltage", unit: "p.u.", scale: 1 },
    flow: { name: "current", unit: "p.u.", scale: 1 },
  };
}

/**
 * The network of a case for a DC power flow: voltages of size 1, small angles and no losses make the power through a branch
 * proportional to the difference of angles (MATPOWER User's Manual, section 3.6).
 */
export function caseNetwork(title: string, { baseMVA, buses, generators, branches }: Case): Network {
  const index = new Map(buses.map(({ id }, b) => [id, b]));
  const injections = buses.map(({ demand, shunt }) => -(demand + shunt) / baseMVA);
  for (const { bus, power, on } of generators) if (on) injections[index.get(bus)!] += power / baseMVA;
  const radians = Math.PI / 180;
  const isolated = new Set(buses.filter(({ kind }) => kind === 4).map(({ id }) => id));
  const used = branches.filter(({ from, to, on }) => on && !isolated.has(from) && !isolated.has(to));
  return {
    title,
    buses: buses.map(({ id, kind, angle }, b) => ({
      name: String(id),
      injection: injections[b],
      ...(kind === 3 && { fixed: angle * radians }),
    })),
    lines: used.map(({ from, to, reactance, ratio, shift, rating }) => ({
      from: index.get(from)!,
      to: index.get(to)!,
      conductance: 1 / (reactance * ratio),
      shift: shift * radians,
      rating: rating / baseMVA,
    })),
    places: springs(
      buses.length,
      used.map(({ from, to }) => [index.get(from)!, index.get(to)!]),
    ),
    potential: { name: "angle", unit: "°", scale: 1 / radians },
    flow: { name: "power", unit: "MW", scale: baseMVA },
  };
}

/**
 * Places for buses whose file has none: lines pull their ends together, all buses push each other away, less and less far
 * (Fruchterman and Reingold, 1991). The beginning is a circle, so that the map is the same every time.
 */
function springs(buses: number, lines: readonly (readonly [number, number])[]): [number, number][] {
  const places = Array.from({ length: buses }, (_, b): [number, number] => {
    const angle = (2 * Math.PI * b) / buses;
    return [Math.cos(angle), Math.sin(angle)];
  });
  const steps = Math.min(300, Math.floor(5e7 / buses ** 2)); // large networks stay a circle rather than take minutes
  const length = 2 / Math.sqrt(buses);
  for (let step = 0; step < steps; step++) {
    const moves = places.map((): [number, number] => [0, 0]);
    const push = (a: number, b: number, force: (distance: number) => number) => {
      const [dx, dy] = [places[a][0] - places[b][0], places[a][1] - places[b][1]];
      const distance = Math.hypot(dx, dy) || 1e-9;
      const by = force(distance) / distance;
      for (const [bus, sign] of [[a, 1] as const, [b, -1] as const]) {
        moves[bus][0] += sign * dx * by;
        moves[bus][1] += sign * dy * by;
      }
    };
    for (let a = 0; a < buses; a++)
      for (let b = 0; b < a; b++) push(a, b, (distance) => length ** 2 / distance);
    for (const [a, b] of lines) push(a, b, (distance) => -(distance ** 2) / length);
    const most = 0.1 * (1 - step / steps);
    for (const [b, [dx, dy]] of moves.entries()) {
      const distance = Math.hypot(dx, dy) || 1;
      places[b][0] += (dx / distance) * Math.min(distance, most);
      places[b][1] += (dy / distance) * Math.min(distance, most);
    }
  }
  return places;
}
