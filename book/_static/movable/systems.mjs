// Linear systems in the page: responses of a measure, weights that give prescribed responses, spectra.

/** Responses m_j = sum_i w_i x_i^j at these lags. */
export function responses(poles, weights, lags) {
  return lags.map((j) => poles.reduce((sum, x, i) => sum + weights[i] * x ** j, 0));
}

export const upTo = (count) => Array.from({ length: count }, (_, j) => j);

/** The n weights on n distinct poles whose first n responses are given: Björck and Pereyra's solution of
 * the Vandermonde system, in order n^2 and more accurate than elimination. */
export function weightsFor(poles, wanted) {
  const n = poles.length;
  const w = [...wanted];
  for (let k = 0; k < n - 1; k++) for (let i = n - 1; i > k; i--) w[i] -= poles[k] * w[i - 1];
  for (let k = n - 2; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) w[i] /= poles[i] - poles[i - k - 1];
    for (let i = k; i < n - 1; i++) w[i] -= w[i + 1];
  }
  return w;
}

/** What a trained student says and how wrong it is: its differences from the teacher are given at these lags. */
export function continued({ poles, weights, lags, differences, k }) {
  const teacher = responses(poles, weights, lags);
  const errors = differences.map(Math.abs);
  const worst = (part) => Math.max(0, ...errors.filter((_, i) => part(lags[i])));
  return { teacher, student: teacher.map((m, i) => m + differences[i]), errors,
    inside: worst((j) => j < k), after: worst((j) => j >= k) };
}

/** A student of these poles that agrees with a teacher on k lags and says the wanted numbers on the next ones. */
export function persuaded({ poles, weights, k, wanted, free }) {
  const told = responses(poles, weights, upTo(k));
  const all = [...poles, ...free];
  const found = weightsFor(all, [...told, ...wanted]);
  const said = responses(all, found, upTo(k));
  return { poles: all, weights: found, loss: said.reduce((sum, m, j) => sum + (m - told[j]) ** 2, 0) };
}

/** Eigenvalues of a symmetric matrix (rows in one array) and its eigenvectors as columns: Jacobi's rotations. */
export function spectrum(matrix, d) {
  const A = Float64Array.from(matrix);
  const Q = new Float64Array(d * d);
  for (let i = 0; i < d; i++) Q[i * d + i] = 1;
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) off += A[p * d + q] ** 2;
    if (off < 1e-60) break;
    for (let p = 0; p < d; p++) {
      for (let q = p + 1; q < d; q++) {
        const a = A[p * d + q];
        if (a === 0) continue;
        const theta = (A[q * d + q] - A[p * d + p]) / (2 * a);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let i = 0; i < d; i++) {
          const [x, y] = [A[i * d + p], A[i * d + q]];
          A[i * d + p] = c * x - s * y;
          A[i * d + q] = s * x + c * y;
        }
        for (let i = 0; i < d; i++) {
          const [x, y] = [A[p * d + i], A[q * d + i]];
          A[p * d + i] = c * x - s * y;
          A[q * d + i] = s * x + c * y;
          const [u, v] = [Q[i * d + p], Q[i * d + q]];
          Q[i * d + p] = c * u - s * v;
          Q[i * d + q] = s * u + c * v;
        }
      }
    }
  }
  return { values: Array.from({ length: d }, (_, i) => A[i * d + i]), vectors: Q };
}

/** The measure of a symmetric system: poles and weights (q_i . b)(q_i . c), the heaviest first. */
export function measure(A, b, c, d) {
  const { values, vectors } = spectrum(A, d);
  const atoms = values.map((pole, i) => {
    let [left, right] = [0, 0];
    for (let j = 0; j < d; j++) {
      left += vectors[j * d + i] * b[j];
      right += vectors[j * d + i] * c[j];
    }
    return { pole, weight: left * right };
  });
  return atoms.sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight));
}

/** For the tests: all of the above on plain arrays. */
export const checks = {
  continued,
  persuaded,
  responses: ({ poles, weights, lags }) => responses(poles, weights, lags),
  weightsFor: ({ poles, wanted }) => weightsFor(poles, wanted),
  measure: ({ A, b, c }) => measure(A.flat(), b, c, b.length),
};
