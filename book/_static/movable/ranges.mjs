// Every response that a non-negative measure on [-R, R] can have at later lags, once its first k responses are
// those of a teacher: a linear program over measures on a grid that holds the teacher's poles, by the simplex
// method with Chebyshev polynomials for the equations. The basis of one lag begins the search of the next.

const POINTS = 300;
const ROUNDS = 2; // of finer points where the polynomial of the dual problem touches
const APART = 1e-5; // closer points have columns that cannot be told apart

/** [least, largest] response at the lags k, ..., reach - 1. */
export function ranges(poles, weights, k, reach, R = 1) {
  const grid = Array.from({ length: POINTS }, (_, i) => -R * Math.cos((Math.PI * i) / (POINTS - 1)));
  const masses = new Map(); // poles that coincide are one
  poles.forEach((x, i) => masses.set(x, (masses.get(x) ?? 0) + weights[i]));
  const apart = [...masses.keys()];
  const points = [...grid, ...apart];
  const columns = points.map((x) => chebyshev(x / R, k));
  const moments = new Float64Array(k);
  apart.forEach((x) => chebyshev(x / R, k).forEach((t, j) => { moments[j] += masses.get(x) * t; }));
  const scale = Math.abs(moments[0]);
  const fixed = points.length;
  const basis = feasible(columns, moments, scale);
  const found = [];
  const starts = { 1: [...basis], [-1]: [...basis] };
  for (let q = k; q < reach; q++) {
    const size = R ** q;
    found.push([1, -1].map((sign) => { // least first
      const cost = (x) => (sign * x ** q) / size;
      const costs = points.map(cost);
      let dual = optimize(columns, moments, costs, starts[sign]);
      for (let round = 0; round < ROUNDS; round++) {
        const finer = touching(points.slice(0, POINTS), dual, cost, k, R);
        for (const x of finer) {
          if (points.some((y) => Math.abs(x - y) < APART)) continue;
          points.push(x);
          columns.push(chebyshev(x / R, k));
          costs.push(cost(x));
        }
        dual = optimize(columns, moments, costs, starts[sign]);
      }
      const inverse = invert(starts[sign].map((i) => columns[i]));
      const weighed = inverse.map((row) => Math.max(dot(row, moments), 0));
      return sign * size * weighed.reduce((sum, w, row) => sum + w * costs[starts[sign][row]], 0);
    }));
    // Of the finer points only those in use are kept.
    const kept = [...new Set([...starts[1], ...starts[-1]])].filter((i) => i >= fixed);
    const place = new Map(kept.map((i, n) => [i, fixed + n]));
    for (const list of [points, columns]) list.splice(fixed, Infinity, ...kept.map((i) => list[i]));
    for (const start of Object.values(starts)) start.forEach((i, n) => { start[n] = place.get(i) ?? i; });
  }
  return found;
}

function chebyshev(x, k) {
  const t = new Float64Array(k);
  t[0] = 1;
  if (k > 1) t[1] = x;
  for (let i = 2; i < k; i++) t[i] = 2 * x * t[i - 1] - t[i - 2];
  return t;
}

/** k columns whose non-negative combination is the moments: the artificial ones are driven out. */
function feasible(columns, moments, scale) {
  const k = moments.length;
  const signs = Array.from(moments, (m) => (m < 0 ? -1 : 1));
  const all = [...columns, ...signs.map((s, i) => Float64Array.from({ length: k }, (_, j) => (i === j ? s : 0)))];
  const costs = all.map((_, i) => (i < columns.length ? 0 : 1));
  const basis = signs.map((_, i) => columns.length + i);
  optimize(all, moments, costs, basis, 1e-13 * scale);
  for (let row = 0; row < k; row++) { // what is left stands at zero: any column of the grid may take its place
    if (basis[row] < columns.length) continue;
    const inverse = invert(basis.map((i) => all[i]));
    let [best, size] = [-1, 0];
    columns.forEach((column, i) => {
      const pivot = Math.abs(dot(inverse[row], column));
      if (pivot > size && !basis.includes(i)) [best, size] = [i, pivot];
    });
    basis[row] = best;
  }
  return basis;
}

/** Minimize over the columns from a feasible basis, which is changed in place; the dual solution. */
function optimize(columns, moments, costs, basis, tolerance = 1e-11) {
  const k = basis.length;
  const refused = new Set(); // a column with which the basis would be singular
  let dual;
  for (let count = 0, undo = null; count < 80; count++) {
    const inverse = invert(basis.map((i) => columns[i]));
    if (!inverse) {
      refused.add(basis[undo[0]]);
      basis[undo[0]] = undo[1];
      continue;
    }
    dual = new Float64Array(k);
    for (let row = 0; row < k; row++) for (let j = 0; j < k; j++) dual[j] += costs[basis[row]] * inverse[row][j];
    let [enter, least] = [-1, -tolerance];
    for (let i = 0; i < columns.length; i++) {
      const reduced = costs[i] - dot(dual, columns[i]);
      if (reduced < least && !refused.has(i)) {
        [enter, least] = [i, reduced];
        if (count > 40) break; // Bland's rule, which never goes round in circles
      }
    }
    if (enter < 0) break;
    let [leave, step, size] = [-1, Infinity, 0];
    for (let row = 0; row < k; row++) {
      const change = dot(inverse[row], columns[enter]);
      if (change < 1e-8) continue;
      const ratio = Math.max(dot(inverse[row], moments), 0) / change;
      if (ratio < step - 1e-13 || (ratio < step + 1e-13 && change > size)) [leave, step, size] = [row, ratio, change];
    }
    if (leave < 0) break;
    undo = [leave, basis[leave]];
    basis[leave] = enter;
  }
  return dual;
}

/** Where cost - polynomial is least between points of the grid, by a parabola through three of them. */
function touching(grid, dual, cost, k, R) {
  const value = (x) => cost(x) - dot(dual, chebyshev(x / R, k));
  const v = grid.map(value);
  const found = [];
  for (let i = 1; i < grid.length - 1; i++) {
    if (v[i] > v[i - 1] || v[i] > v[i + 1] || v[i] > 1e-3) continue;
    let [a, b, c] = [grid[i - 1], grid[i], grid[i + 1]];
    let [fa, fb, fc] = [v[i - 1], v[i], v[i + 1]];
    for (let n = 0; n < 3; n++) {
      const up = (b - a) ** 2 * (fb - fc) - (b - c) ** 2 * (fb - fa);
      const down = 2 * ((b - a) * (fb - fc) - (b - c) * (fb - fa));
      const x = b - up / down;
      if (!(x > a && x < c) || x === b) break;
      const fx = value(x);
      if (x < b) [a, b, c, fa, fb, fc] = fx < fb ? [a, x, b, fa, fx, fb] : [x, b, c, fx, fb, fc];
      else [a, b, c, fa, fb, fc] = fx < fb ? [b, x, c, fb, fx, fc] : [a, b, x, fa, fb, fx];
    }
    found.push(b);
  }
  return found;
}

const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i] * b[i];
  return sum;
};

/** The inverse of the matrix with these columns, by rows; null if it has none to speak of. */
function invert(columns) {
  const k = columns.length;
  const rows = Array.from({ length: k }, (_, i) =>
    Float64Array.from({ length: 2 * k }, (_, j) => (j < k ? columns[j][i] : +(j - k === i))));
  for (let p = 0; p < k; p++) {
    let best = p;
    for (let i = p + 1; i < k; i++) if (Math.abs(rows[i][p]) > Math.abs(rows[best][p])) best = i;
    [rows[p], rows[best]] = [rows[best], rows[p]];
    const pivot = rows[p][p];
    if (Math.abs(pivot) < 1e-13) return null;
    for (let j = p; j < 2 * k; j++) rows[p][j] /= pivot;
    for (let i = 0; i < k; i++) {
      const factor = rows[i][p];
      if (i === p || factor === 0) continue;
      for (let j = p; j < 2 * k; j++) rows[i][j] -= factor * rows[p][j];
    }
  }
  return rows.map((row) => row.slice(k));
}

export const checks = { ranges: ({ poles, weights, k, reach, radius }) => ranges(poles, weights, k, reach, radius) };
