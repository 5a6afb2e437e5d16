// Gradient descent on the closed-form loss of a symmetric student, and the closeness of its teacher.
// A student is {d, A, b, c}: float64 arrays, A by rows.

/** A student with independent normal entries of this scale, A symmetric with the same variance everywhere. */
export function randomStudent(d, std, seed) {
  const normal = normals(seed);
  const A = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) A[i * d + j] = A[j * d + i] = std * normal();
  const vector = () => Float64Array.from({ length: d }, () => std * normal());
  return { d, A, b: vector(), c: vector() };
}

function normals(seed) {
  let state = (seed + 1) * 0x9e3779b9;
  const uniform = () => { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Room for the gradient of a student of d states trained on k lags. */
export function workspace(d, k) {
  const rows = () => Array.from({ length: k }, () => new Float64Array(d));
  return { d, k, left: rows(), right: rows(), r: new Float64Array(k), A: new Float64Array(d * d),
    b: new Float64Array(d), c: new Float64Array(d) };
}

/** The loss sum_j r_j^2 and its gradient, left in `work`: dL/db = 2 sum r_j A^j c, dL/dc = 2 sum r_j A^j b,
 * dL/dA the symmetric part of sum_j 2 r_j sum_{i+l=j-1} (A^i c)(A^l b)^T. */
export function gradient(student, target, work) {
  const { d, A, b, c } = student;
  const { k, left, right, r } = work;
  left[0].set(c);
  right[0].set(b);
  for (let j = 1; j < k; j++) {
    times(A, left[j - 1], left[j], d);
    times(A, right[j - 1], right[j], d);
  }
  let loss = 0;
  for (let j = 0; j < k; j++) {
    let m = 0;
    for (let i = 0; i < d; i++) m += c[i] * right[j][i];
    r[j] = m - target[j];
    loss += r[j] * r[j];
  }
  work.A.fill(0);
  work.b.fill(0);
  work.c.fill(0);
  const sum = new Float64Array(d);
  for (let i = 0; i < k; i++) {
    for (let p = 0; p < d; p++) {
      work.b[p] += 2 * r[i] * left[i][p];
      work.c[p] += 2 * r[i] * right[i][p];
    }
    sum.fill(0); // sum_l 2 r_{i+l+1} A^l b
    for (let l = 0; i + l + 1 < k; l++) for (let q = 0; q < d; q++) sum[q] += 2 * r[i + l + 1] * right[l][q];
    for (let p = 0; p < d; p++) for (let q = 0; q < d; q++) work.A[p * d + q] += left[i][p] * sum[q];
  }
  for (let p = 0; p < d; p++) {
    for (let q = 0; q < p; q++) {
      work.A[p * d + q] = work.A[q * d + p] = (work.A[p * d + q] + work.A[q * d + p]) / 2;
    }
  }
  return loss;
}

function times(A, x, y, d) {
  for (let i = 0; i < d; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += A[i * d + j] * x[j];
    y[i] = sum;
  }
}

/** Some steps of gradient descent, in place; the loss before the last of them. */
export function descend(student, target, work, rate, steps) {
  let loss = 0;
  for (let step = 0; step < steps; step++) {
    loss = gradient(student, target, work);
    for (const part of ["A", "b", "c"]) {
      const [value, slope] = [student[part], work[part]];
      for (let i = 0; i < value.length; i++) value[i] -= rate * slope[i];
    }
  }
  return loss;
}

/** ||B - C|| / ||B + C||. */
export function imbalance({ b, c }) {
  const length = (sign) => Math.hypot(...b.map((x, i) => x + sign * c[i]));
  return length(-1) / length(1);
}

/** Responses at the lags 0, ..., count - 1. */
export function say({ d, A, b, c }, count) {
  let [state, next] = [Float64Array.from(b), new Float64Array(d)];
  return Array.from({ length: count }, () => {
    const m = c.reduce((sum, x, i) => sum + x * state[i], 0);
    times(A, state, next, d);
    [state, next] = [next, state];
    return m;
  });
}

export const checks = {
  descend({ A, b, c, target, rate, steps }) {
    const student = { d: b.length, A: Float64Array.from(A.flat()), b: Float64Array.from(b), c: Float64Array.from(c) };
    descend(student, target, workspace(b.length, target.length), rate, steps);
    return { A: Array.from(student.A), b: Array.from(student.b), c: Array.from(student.c), imbalance: imbalance(student),
      says: say(student, 20) };
  },
};
