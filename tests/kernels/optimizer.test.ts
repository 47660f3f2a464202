import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernels } from "../../src/kernels/index.js";
import { repeatable } from "../support/ulp.js";
import { Blocks, rounded } from "./arrays.js";
import { type Precision, TARGETS, targetOrReason } from "./products.js";

/** The vectors of one parameter: itself and whatever the method remembers of it. */
type State = Record<"p" | "a" | "b", number>;

/** One method: its kernel with the numbers that it takes, and one step of its defining formulae for one parameter. */
interface Method {
  readonly label: string;
  readonly run: (kernels: Kernels, precision: Precision, n: number, t: number, at: Pointers) => void;
  readonly define: (state: State, g: number, t: number) => void;
}

interface Pointers {
  readonly p: number;
  readonly g: number;
  readonly a: number;
  readonly b: number;
}

const METHODS: readonly Method[] = [
  ...[0, 0.1].flatMap((decay) => [sgd(0, false, decay), sgd(0.9, false, decay), sgd(0.9, true, decay)]),
  adagrad(0),
  adagrad(0.1),
  rmsprop(0, 0),
  rmsprop(0.1, 0.9),
  adam(0, false),
  adam(0.1, false),
  adam(0.1, true),
];

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);
  for (const method of METHODS)
    for (const precision of ["f64", "f32"] as const)
      test(`${target}: ${method.label} follows its formulae, ${precision}`, { skip }, () => {
        const random = repeatable(21);
        for (const n of [1, 19, 1000]) {
          const numbers = () => Array.from({ length: n }, () => rounded(precision, random() * 2 - 1));
          const states = numbers().map((p): State => ({ p, a: 0, b: 0 }));
          using blocks = new Blocks(kernels!);
          const zeros = () => blocks.put(precision, new Array(n).fill(0));
          const at = {
            p: blocks.put(
              precision,
              states.map((s) => s.p),
            ),
            g: 0,
            a: zeros(),
            b: zeros(),
          };
          for (let t = 1; t <= 5; t++) {
            const g = numbers();
            method.run(kernels!, precision, n, t, { ...at, g: blocks.put(precision, g) });
            for (const [i, state] of states.entries()) method.define(state, g[i], t);
          }
          const tolerance = precision === "f32" ? 2e-6 : 1e-14;
          for (const name of ["p", "a", "b"] as const)
            for (const [i, found] of blocks.get(precision, at[name], n).entries()) {
              const wanted = states[i][name];
              assert.ok(
                Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)),
                `${name}: ${found}, expected ${wanted}`,
              );
            }
        }
      });
}

/** Gradient descent; momentum as in Sutskever et al. (2013), in the form that PyTorch uses. */
function sgd(momentum: number, nesterov: boolean, decay: number): Method {
  const lr = 0.05;
  return {
    label: `gradient descent ${JSON.stringify({ momentum, nesterov, decay })}`,
    run: ({ f }, precision, n, _, { p, g, a }) =>
      f[`sgd_${precision}`](n, lr, momentum, Number(nesterov), decay, p, g, momentum > 0 ? a : 0),
    define: (state, gradient) => {
      const g = gradient + decay * state.p;
      if (momentum > 0) state.a = momentum * state.a + g;
      state.p -= lr * (momentum === 0 ? g : nesterov ? g + momentum * state.a : state.a);
    },
  };
}

/** Duchi, Hazan and Singer (2011). */
function adagrad(decay: number): Method {
  const [lr, eps] = [0.05, 1e-10];
  return {
    label: `Adagrad ${JSON.stringify({ decay })}`,
    run: ({ f }, precision, n, _, { p, g, a }) => f[`adagrad_${precision}`](n, lr, eps, decay, p, g, a),
    define: (state, gradient) => {
      const g = gradient + decay * state.p;
      state.a += g * g;
      state.p -= (lr * g) / (Math.sqrt(state.a) + eps);
    },
  };
}

/** Tieleman and Hinton (2012), with momentum on the scaled gradient as PyTorch has it. */
function rmsprop(decay: number, momentum: number): Method {
  const [lr, smoothing, eps] = [0.01, 0.95, 1e-8];
  return {
    label: `RMSprop ${JSON.stringify({ decay, momentum })}`,
    run: ({ f }, precision, n, _, { p, g, a, b }) =>
      f[`rmsprop_${precision}`](n, lr, smoothing, eps, decay, momentum, p, g, a, momentum > 0 ? b : 0),
    define: (state, gradient) => {
      const g = gradient + decay * state.p;
      state.a = smoothing * state.a + (1 - smoothing) * g * g;
      const step = g / (Math.sqrt(state.a) + eps);
      if (momentum > 0) state.b = momentum * state.b + step;
      state.p -= lr * (momentum > 0 ? state.b : step);
    },
  };
}

/** Kingma and Ba (2015), algorithm 1; decoupled decay as in Loshchilov and Hutter (2019). */
function adam(decay: number, decoupled: boolean): Method {
  const [lr, beta1, beta2, eps] = [0.01, 0.9, 0.999, 1e-8];
  return {
    label: `Adam ${JSON.stringify({ decay, decoupled })}`,
    run: ({ f }, precision, n, t, { p, g, a, b }) =>
      f[`adam_${precision}`](
        n,
        lr,
        beta1,
        beta2,
        eps,
        decay,
        Number(decoupled),
        1 - beta1 ** t,
        1 - beta2 ** t,
        p,
        g,
        a,
        b,
      ),
    define: (state, gradient, t) => {
      if (decoupled) state.p -= lr * decay * state.p;
      const g = decoupled ? gradient : gradient + decay * state.p;
      state.a = beta1 * state.a + (1 - beta1) * g;
      state.b = beta2 * state.b + (1 - beta2) * g * g;
      state.p -= (lr * (state.a / (1 - beta1 ** t))) / (Math.sqrt(state.b / (1 - beta2 ** t)) + eps);
    },
  };
}
