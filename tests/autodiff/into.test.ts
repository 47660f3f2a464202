import assert from "node:assert/strict";
import { test } from "node:test";
import { grad, hvp, hvpInto, valueAndGradInto } from "../../src/autodiff/index.js";
import { kernels } from "../../src/kernels/index.js";
import {
  add,
  concat,
  matmul,
  mean,
  mul,
  normal,
  reshape,
  scope,
  sigmoid,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  zeros,
} from "../../src/tensor/index.js";
import { assertNumbers, assertTensor, assertTuttiError, flat } from "../tensor/support.js";

const SHAPES = [[3, 4], [4], [4, 2], [2]];
const COUNT = 26;

/** Views of a flat vector in the shapes of a small network's parameters. */
function parts(vector: Tensor): Tensor[] {
  let end = 0;
  return SHAPES.map((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    end += size;
    return reshape(slice(vector, [end - size, end]), shape);
  });
}

const batch = normal([5, 3], { seed: 1 });
const target = normal([5, 2], { seed: 2 });
const network = ([w, b, v, c]: readonly Tensor[]) =>
  mean(square(sub(add(matmul(tanh(add(matmul(batch, w), b)), v), c), target)));

test("gradients arrive in views of one vector, equal to those of grad", () => {
  const values = normal([COUNT], { seed: 3 });
  const gradient = normal([COUNT], { seed: 4 });
  const params = parts(values);
  const { value } = valueAndGradInto(() => network(params), params, parts(gradient));
  assert.equal(value.item(), network(params).item());
  const expected = grad((x: Tensor) => network(parts(x)))(values);
  assertNumbers(flat(gradient), flat(expected), 1e-14);
});

test("accumulate adds, scale multiplies the gradient only", () => {
  const params = parts(normal([COUNT], { seed: 3 }));
  const once = zeros([COUNT]);
  const sums = zeros([COUNT]);
  valueAndGradInto(() => network(params), params, parts(once));
  const { value } = valueAndGradInto(() => network(params), params, parts(sums), { scale: 0.5 });
  valueAndGradInto(() => network(params), params, parts(sums), { accumulate: true, scale: 2 });
  assert.equal(value.item(), network(params).item());
  assertNumbers(
    flat(sums),
    flat(once).map((x) => 2.5 * x),
    1e-14,
  );
});

test("a parameter used several times, in several ways, and one not used", () => {
  const w = normal([3, 3], { seed: 5 });
  const unused = tensor([1, 2]);
  const destinations = [zeros([3, 3]), tensor([7, 7])];
  const f = (x: Tensor) =>
    add(sum(square(matmul(matmul(x, transpose(x)), sigmoid(x)))), sum(mul(slice(x, 0), slice(x, null, 1))));
  valueAndGradInto(() => f(w), [w, unused], destinations);
  assertNumbers(flat(destinations[0]), flat(grad(f)(w)), 1e-13);
  assertTensor(destinations[1], [0, 0]);
  valueAndGradInto(() => f(w), [w, unused], [destinations[0], tensor([7, 7])], { accumulate: true });
  assertNumbers(
    flat(destinations[0]),
    flat(grad(f)(w)).map((x) => 2 * x),
    1e-13,
  );
});

test("extra results come out, the rest is freed", () => {
  const params = parts(normal([COUNT], { seed: 3 }));
  const destinations = parts(zeros([COUNT]));
  const before = kernels().heap.bytesInUse;
  const { value, aux } = valueAndGradInto(
    (): [Tensor, { logits: Tensor }] => {
      const logits = matmul(batch, params[0]);
      return [sum(logits), { logits }];
    },
    params,
    destinations,
  );
  assert.deepEqual([...aux.logits.shape], [5, 4]);
  value.dispose();
  aux.logits.dispose();
  assert.equal(kernels().heap.bytesInUse, before);
});

test("parameters are ordinary tensors again afterwards, also after an error", () => {
  const w = tensor([2, 3]);
  const g = zeros([2]);
  assert.throws(() =>
    valueAndGradInto(
      () => {
        mul(w, w);
        throw new Error("mine");
      },
      [w],
      [g],
    ),
  );
  assertTensor(grad((x: Tensor) => sum(mul(x, w)))(tensor([1, 1])), [2, 3]);
  valueAndGradInto(() => sum(square(w)), [w], [g]);
  assertTensor(g, [4, 6]);
});

test("destinations must fit, and a parameter may be named once", () => {
  const w = zeros([2, 3]);
  const f = () => sum(w);
  assertTuttiError(
    () => valueAndGradInto(f, [w], [zeros([3, 2])]),
    "shape",
    /^valueAndGradInto: the destination of "zeros" is a float64 tensor of shape \[3, 2\], expected float64 \[2, 3\]/,
  );
  assertTuttiError(() => valueAndGradInto(f, [w], [transpose(zeros([3, 2]))]), "shape", /row-major/);
  assertTuttiError(() => valueAndGradInto(f, [w], []), "argument", /1 params and 0 destinations/);
  assertTuttiError(
    () => valueAndGradInto(f, [w, w], [zeros([2, 3]), zeros([2, 3])]),
    "argument",
    /"zeros" twice/,
  );
  assertTuttiError(
    () => valueAndGradInto(() => w, [w], [zeros([2, 3])]),
    "shape",
    /expected a single number/,
  );
});

test("float32 gradients", () => {
  const w = tensor([[1, 2]], { dtype: "float32" });
  const g = zeros([1, 2], { dtype: "float32" });
  valueAndGradInto(() => sum(square(matmul([[1], [2]], w))), [w], [g]);
  assertTensor(g, [[10, 20]]);
});

test("hvpInto is the Hessian-vector product of hvp", () => {
  const values = normal([COUNT], { seed: 3 });
  const direction = normal([COUNT], { seed: 6 });
  const product = zeros([COUNT]);
  const params = parts(values);
  hvpInto(() => network(params), params, parts(direction), parts(product));
  const [, expected] = hvp((x: Tensor) => network(parts(x)), values, direction);
  assertNumbers(flat(product), flat(expected), 1e-12);
  hvpInto(() => network(params), params, parts(direction), parts(product), { accumulate: true, scale: 3 });
  assertNumbers(
    flat(product),
    flat(expected).map((x) => 4 * x),
    1e-12,
  );
});

test("inside another derivative it is differentiated like everything else", () => {
  const w = tensor([1, 2]);
  const f = (x: Tensor) => valueAndGradInto(() => sum(mul(w, x)), [w], [zeros([2])]).value;
  assertTensor(grad(f)(tensor([5, 6])), [1, 2]);
  // a parameter that itself depends on the outer variable: Σ (2x)², and its gradient 4x written on the way
  const gradient = zeros([2]);
  const g = (x: Tensor) => {
    const twice = mul(x, 2);
    return valueAndGradInto(() => sum(square(twice)), [twice], [gradient]).value;
  };
  assertTensor(grad(g)(tensor([5, 6])), [40, 48]);
  assertTensor(gradient, [20, 24]);
});

test("a network in scopes of its own has the same gradient", () => {
  const values = normal([COUNT], { seed: 3 });
  const params = parts(values);
  const plain = zeros([COUNT]);
  const scoped = zeros([COUNT]);
  valueAndGradInto(() => network(params), params, parts(plain));
  const layer = (x: Tensor, w: Tensor, b: Tensor) => scope(() => add(matmul(x, w), b));
  valueAndGradInto(
    () => {
      const [w, b, v, c] = params;
      return scope(() => mean(square(sub(layer(tanh(layer(batch, w, b)), v, c), target))));
    },
    params,
    parts(scoped),
  );
  assert.deepEqual(flat(scoped), flat(plain));
});

test("gradients of parts of one flat vector by concat and slice agree", () => {
  const a = tensor([1, 2]);
  const b = tensor([3]);
  const ga = zeros([2]);
  const gb = zeros([1]);
  valueAndGradInto(() => sum(square(mul(concat([a, b]), [1, 2, 3]))), [a, b], [ga, gb]);
  assertTensor(ga, [2, 16]);
  assertTensor(gb, [54]);
});
