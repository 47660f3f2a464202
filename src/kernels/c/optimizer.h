// Optimiser updates, each one pass over the flat vectors. Template over REAL.

EXPORT void FN(sgd)(size_t n, double lr, double momentum, int nesterov, double weight_decay, REAL* p, const REAL* g,
                    REAL* velocity) {
  REAL rate = (REAL)lr, mu = (REAL)momentum, decay = (REAL)weight_decay;
  if (!velocity) {
    INDEPENDENT for (size_t i = 0; i < n; i++) p[i] -= rate * (g[i] + decay * p[i]);
  } else if (nesterov) {
    INDEPENDENT for (size_t i = 0; i < n; i++) {
      REAL d = g[i] + decay * p[i], v = mu * velocity[i] + d;
      velocity[i] = v;
      p[i] -= rate * (d + mu * v);
    }
  } else {
    INDEPENDENT for (size_t i = 0; i < n; i++) {
      REAL v = mu * velocity[i] + (g[i] + decay * p[i]);
      velocity[i] = v;
      p[i] -= rate * v;
    }
  }
}

EXPORT void FN(adagrad)(size_t n, double lr, double eps, double weight_decay, REAL* p, const REAL* g, REAL* sum) {
  REAL rate = (REAL)lr, e = (REAL)eps, decay = (REAL)weight_decay;
  INDEPENDENT for (size_t i = 0; i < n; i++) {
    REAL d = g[i] + decay * p[i], s = sum[i] + d * d;
    sum[i] = s;
    p[i] -= rate * d / (SQRT(s) + e);
  }
}

EXPORT void FN(rmsprop)(size_t n, double lr, double alpha, double eps, double weight_decay, double momentum, REAL* p,
                        const REAL* g, REAL* mean_square, REAL* velocity) {
  REAL rate = (REAL)lr, a = (REAL)alpha, a1 = (REAL)(1 - alpha), e = (REAL)eps;
  REAL decay = (REAL)weight_decay, mu = (REAL)momentum;
  if (!velocity) {
    INDEPENDENT for (size_t i = 0; i < n; i++) {
      REAL d = g[i] + decay * p[i], s = a * mean_square[i] + a1 * (d * d);
      mean_square[i] = s;
      p[i] -= rate * d / (SQRT(s) + e);
    }
  } else {
    INDEPENDENT for (size_t i = 0; i < n; i++) {
      REAL d = g[i] + decay * p[i], s = a * mean_square[i] + a1 * (d * d);
      REAL v = mu * velocity[i] + d / (SQRT(s) + e);
      mean_square[i] = s;
      velocity[i] = v;
      p[i] -= rate * v;
    }
  }
}

// (m / c1) / (sqrt(v / c2) + eps) with the corrections c of the biases taken out of the loop.
EXPORT void FN(adam)(size_t n, double lr, double beta1, double beta2, double eps, double weight_decay, int decoupled,
                     double correction1, double correction2, REAL* p, const REAL* g, REAL* m, REAL* v) {
  REAL rate = (REAL)(lr / correction1), scale = (REAL)(1 / __builtin_sqrt(correction2)), e = (REAL)eps;
  REAL b1 = (REAL)beta1, b2 = (REAL)beta2, a1 = (REAL)(1 - beta1), a2 = (REAL)(1 - beta2);
  REAL coupled = decoupled ? 0 : (REAL)weight_decay, shrink = decoupled ? (REAL)(lr * weight_decay) : 0;
  INDEPENDENT for (size_t i = 0; i < n; i++) {
    REAL d = g[i] + coupled * p[i];
    REAL mi = b1 * m[i] + a1 * d, vi = b2 * v[i] + a2 * (d * d);
    m[i] = mi;
    v[i] = vi;
    p[i] = (p[i] - shrink * p[i]) - rate * mi / (SQRT(vi) * scale + e);
  }
}
