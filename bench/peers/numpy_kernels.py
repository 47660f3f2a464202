"""NumPy's time for elementwise functions and matrix products, as one JSON object: nanoseconds an element, GFLOP/s."""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import timeit

import numpy as np

ELEMENTWISE = {
    "exp": np.exp,
    "log": lambda x, out: np.log(x, out),
    "tanh": np.tanh,
    "sqrt": lambda x, out: np.sqrt(x, out),
    "add": lambda x, out: np.add(x, x, out),
    "mul": lambda x, out: np.multiply(x, x, out),
}


def best(call, number, repeat):
    call()
    return min(timeit.repeat(call, number=number, repeat=repeat)) / number


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elements", type=int, default=4096)
    parser.add_argument("--size", type=int, default=512)
    args = parser.parse_args()
    result = {"numpy": np.__version__}
    for dtype in ("float64", "float32"):
        x = np.linspace(0.1, 5, args.elements).astype(dtype)
        signed = np.linspace(-5, 5, args.elements).astype(dtype)
        out = np.empty_like(x)
        figures = {}
        for name, function in ELEMENTWISE.items():
            source = x if name in ("log", "sqrt") else signed
            figures[name] = best(lambda: function(source, out), 1000, 15) / args.elements * 1e9
        a = np.random.default_rng(0).random((args.size, args.size)).astype(dtype)
        c = np.empty_like(a)
        figures["gemm"] = 2 * args.size**3 / best(lambda: np.matmul(a, a, c), 5, 9) * 1e-9
        result[dtype] = figures
    print(json.dumps(result))


if __name__ == "__main__":
    main()
