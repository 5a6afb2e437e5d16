// The closeness of a teacher and a training length, 2 times the integral of max(r_0, 0) over the training of a
// balanced student of one state more that starts near zero. The flow is stiff: linearly implicit Euler steps,
// extrapolated, follow it over ten decades of time in a few hundred steps.
import { gradient, workspace } from "./descent.mjs";

const STAGES = [1, 2, 3, 4, 5];
const STD = 1e-6;
const RTOL = 1e-7;

/** Gamma, and the largest error that the student is left with, which says whether training was over. */
export function closeness(target, states, end = 1e10) {
  const d = states;
  const n = (d * (d + 1)) / 2 + d;
  const work = workspace(d, target.length);
  const student = { d, A: new Float64Array(d * d), b: new Float64Array(d), c: null };
  student.c = student.b;

  function velocity(y) { // of the lower half of A and of b = c
    let at = 0;
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) student.A[i * d + j] = student.A[j * d + i] = y[at++];
    for (let i = 0; i < d; i++) student.b[i] = y[at++];
    gradient(student, target, work);
    const out = new Float64Array(n);
    at = 0;
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) out[at++] = -work.A[i * d + j];
    for (let i = 0; i < d; i++) out[at++] = -work.b[i];
    return out;
  }

  function jacobian(y) {
    const J = Array.from({ length: n }, () => new Float64Array(n));
    for (let j = 0; j < n; j++) {
      const h = 1e-5 * Math.max(Math.abs(y[j]), 1e-3);
      const [up, down] = [1, -1].map((sign) => velocity(y.map((x, i) => x + (i === j ? sign * h : 0))));
      for (let i = 0; i < n; i++) J[i][j] = (up[i] - down[i]) / (2 * h);
    }
    return J;
  }

  const y0 = [];
  for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) y0.push(STD / (1 + i + j));
  for (let i = 0; i < d; i++) y0.push(STD / (1 + i));
  let y = Float64Array.from(y0);
  let [time, h, gamma] = [0, 0.1, 0];
  velocity(y);
  let before = work.r[0];
  for (let count = 0; time < end && count < 20000; ) {
    const J = jacobian(y);
    for (;;) {
      count++;
      const table = STAGES.map((m) => euler(y, velocity, J, h / m, m));
      for (let col = 1; col < STAGES.length; col++) { // in place, row by row from below
        for (let row = STAGES.length - 1; row >= col; row--) {
          const ratio = STAGES[row] / STAGES[row - col] - 1;
          const [fine, coarse] = [table[row], table[row - 1]];
          table[row] = fine.map((x, i) => x + (x - coarse[i]) / ratio);
        }
      }
      const [best, last] = [table.at(-1), table.at(-2)];
      let error = 0;
      for (let i = 0; i < n; i++) error = Math.max(error, Math.abs(best[i] - last[i]) / (1e-6 * STD + RTOL * Math.abs(best[i])));
      const fits = error < 1;
      const factor = Number.isFinite(error) ? Math.min(3, Math.max(0.2, 0.8 * error ** -0.2)) : 0.2;
      if (fits) {
        velocity(best);
        const after = work.r[0];
        gamma += h * (Math.max(before, 0) + Math.max(after, 0));
        [y, before] = [best, after];
        time += h;
        h = Math.min(h * factor, Math.max(end - time, 1e-300), 0.15 * time + 0.5);
        break;
      }
      h *= factor;
      if (!(h > 1e-12)) return { gamma: NaN, missed: NaN };
    }
  }
  return { gamma, missed: Math.max(...Array.from(work.r, Math.abs)) };
}

/** m linearly implicit Euler steps of size h: y + (1 - h J)^-1 h f(y). */
function euler(y, velocity, J, h, m) {
  const n = y.length;
  const { rows, order } = factored(J, h);
  for (let step = 0; step < m; step++) {
    const f = velocity(y);
    const x = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      x[i] = h * f[order[i]];
      for (let j = 0; j < i; j++) x[i] -= rows[i][j] * x[j];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) x[i] -= rows[i][j] * x[j];
      x[i] /= rows[i][i];
    }
    y = y.map((value, i) => value + x[i]);
  }
  return y;
}

/** 1 - h J as the product of two triangles, rows exchanged. */
function factored(J, h) {
  const n = J.length;
  const rows = J.map((row, i) => Float64Array.from(row, (x, j) => (i === j) - h * x));
  const order = rows.map((_, i) => i);
  for (let p = 0; p < n; p++) {
    let best = p;
    for (let i = p + 1; i < n; i++) if (Math.abs(rows[i][p]) > Math.abs(rows[best][p])) best = i;
    [rows[p], rows[best]] = [rows[best], rows[p]];
    [order[p], order[best]] = [order[best], order[p]];
    for (let i = p + 1; i < n; i++) {
      const factor = (rows[i][p] /= rows[p][p]);
      for (let j = p + 1; j < n; j++) rows[i][j] -= factor * rows[p][j];
    }
  }
  return { rows, order };
}

export const checks = { closeness: ({ target, states }) => closeness(target, states) };
