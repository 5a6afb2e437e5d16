// Train it in the page: gradient descent on a student of the reader's, against a teacher of the reader's.
import { minus, number, stage } from "./stage.mjs";
import { panel, places, power } from "./axes.mjs";
import { measure, responses, upTo } from "./systems.mjs";
import { descend, imbalance, randomStudent, say as answers, workspace } from "./descent.mjs";

const LAST = 100; // lags at which student and teacher are compared
const BUDGET = 10; // milliseconds of training between two pictures
const APART = 1.03; // two times that are recorded, one after the other
const CAPTION = ["A student that learns in your browser, by plain gradient descent.",
  "(a) Responses of the teacher (dashed) and of the student; training sees the strip. (b) The loss (blue) and the largest error up "
  + "to lag 100 (orange), by the time of training. (c) Poles: lines for the teacher, discs for the student, as large as the weight, "
  + "hollow where it is negative."];

export function start(root) {
  const names = ["p1", "p2", "p3"];
  const handles = names.map((name, i) => ({ name, label: `Pole ${i + 1} of the teacher`, value: [0.9, 0.7, -0.6][i],
    min: -0.99, max: 0.99, step: 0.01, text: (x) => minus(x.toFixed(2)) }));
  const figure = stage(root, paint, handles, CAPTION);
  const button = root.querySelector("button[name=train]");
  let run = null;
  let running = false;
  let gamma = null;
  root.addEventListener("moved", (event) => {
    stop();
    run = null;
    if (event.detail !== "start" && event.detail !== "seed") gamma = null;
    figure.redraw();
  });
  button.addEventListener("click", () => (running ? stop() : go()));

  function teacher(values) {
    const poles = names.slice(0, values.poles).map((name) => values[name]);
    return { poles, weights: poles.map(() => 1 / poles.length) };
  }

  function begin(values) {
    const { poles, weights } = teacher(values);
    const truth = responses(poles, weights, upTo(LAST + 1));
    const target = truth.slice(0, values.k);
    const student = randomStudent(values.states, 10 ** values.start, values.seed);
    const rate = 1 / target.reduce((sum, _, j) => sum + 2 + j * j, 0); // below what the curvature allows
    return { student, truth, target, rate, poles, weights, work: workspace(values.states, values.k), steps: 0,
      history: [], loss: target.reduce((sum, m) => sum + m * m, 0), begun: imbalanceAtEscape(student) };
  }

  const imbalanceAtEscape = ({ b, c }) => { // ||u|| ||v|| / 4, in units of the first response, which is 1
    const length = (sign) => Math.hypot(...b.map((x, i) => x + sign * c[i]));
    return (length(-1) * length(1)) / 4;
  };

  function go() {
    run ??= begin(figure.values);
    running = true;
    button.textContent = "Stop";
    if (run.poles.length * 2 <= run.target.length && gamma === null) {
      const { target, poles } = run;
      import("./closeness.mjs").then(({ closeness }) => { if (run?.target === target) gamma = closeness(target, poles.length + 1).gamma; });
    }
    let shown = 0;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 0;
    const tick = (now) => {
      if (!running) return;
      const until = performance.now() + BUDGET;
      const before = run.loss;
      while (performance.now() < until) { // in small chunks at first: the curve is recorded from its beginning
        const chunk = Math.min(100, Math.ceil((APART - 1) * run.steps) || 1);
        run.loss = descend(run.student, run.target, run.work, run.rate, chunk);
        run.steps += chunk;
        if (!(run.steps * run.rate < APART * run.history.at(-1)?.[0])) record(run);
      }
      if (!Number.isFinite(run.loss)) stop();
      record(run);
      if (run.loss < 1e-26 || (run.steps > 1e6 && before === run.loss)) stop();
      if (now - shown >= calm) {
        shown = now;
        figure.redraw();
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  function stop() {
    running = false;
    button.textContent = run?.steps ? "Go on" : "Train";
    figure.redraw();
  }

  function record(run) {
    const says = answers(run.student, LAST + 1);
    run.says = says;
    run.error = says.reduce((most, m, j) => Math.max(most, Math.abs(m - run.truth[j])), 0);
    const time = run.steps * run.rate;
    if (!(time < APART * run.history.at(-1)?.[0])) run.history.push([time, run.loss, run.error]);
  }

  let told = { at: 0, say: "" };
  function paint(values, size) {
    const { poles, weights } = teacher(values);
    const js = upTo(LAST + 1);
    const truth = responses(poles, weights, js);
    const line = 104;
    const [left, right] = places(size, [1, 1], { below: line });
    const a = panel({ box: left, x: [-1, LAST], y: [-0.6, 1.15], title: "(a) What they say", xlabel: "lag" });
    const history = run?.history ?? [];
    const end = Math.max(3, Math.log10(history.at(-1)?.[0] ?? 1));
    const b = panel({ box: right, x: [-1, end], y: [1e-14, 1e2], log: true, title: "(b) Loss, and largest error", xlabel: "time",
      xticks: [0, 1, 2, 3, 4, 5, 6].filter((e) => e <= end).map((e) => [e, power(10 ** e)]) });
    const c = panel({ box: { x: 46, y: size.height - line + 34, width: size.width - 58, height: 40 }, x: [-1.15, 1.15], y: [-1, 1],
      title: "(c) Poles: drag the teacher’s", xticks: [-1, -0.5, 0, 0.5, 1], yticks: [] });
    const atoms = run ? measure(run.student.A, run.student.b, run.student.c, run.student.d) : [];
    const good = run && run.error < 0.01;
    const look = good ? "lowdim-small" : "lowdim-large";
    const logs = history.map(([t]) => Math.max(-1, Math.log10(t)));
    const plot = [
      a.strip(-1, values.k - 0.5), a.frame, run?.says ? a.line(js, run.says, `${look} lowdim-thick`) : "", a.line(js, truth, "lowdim-teacher lowdim-dashed"),
      b.frame, b.line(logs, history.map(([, loss]) => loss), "lowdim-small"), b.line(logs, history.map(([, , error]) => error), "lowdim-large"),
      b.note(end, 3e-14, "blue: loss, orange: error", "lowdim-guide", "end"),
      c.frame, c.marks([-1, 1], -1, 1, "lowdim-edge"), c.discs(atoms.map((x) => x.pole), atoms.map((x) => x.weight), 0, look, 20),
      c.marks(poles, -1, 1, "lowdim-teacher"),
    ].join("");
    const now = performance.now();
    if (!running || now - told.at > 1500) told = { at: now, say: words(values, atoms) };
    return {
      plot, say: told.say,
      words: { k: `${values.k}`, start: number(10 ** values.start, 1), seed: `${values.seed}`, states: `${values.states}`, poles: `${values.poles}` },
      at: Object.fromEntries(poles.map((pole, i) => [names[i], [c.X(pole), c.Y(-1)]])),
      from: Object.fromEntries(names.map((name) => [name, (px) => c.invX(px)])),
    };
  }

  function words(values, atoms) {
    if (!run?.steps) return `A student of ${values.states} states, started at scale ${number(10 ** values.start, 1)}, is ready to see ${values.k} responses.`;
    const awake = atoms.filter((x) => Math.abs(x.weight) > 1e-3);
    const negative = awake.filter((x) => x.weight < 0).length;
    const size = run.begun * Math.exp(gamma ?? 0);
    const foretold = gamma === null ? run.poles.length * 2 <= run.target.length ? "" : `With fewer than ${2 * run.poles.length} responses there is no closeness to compute.`
      : `The closeness Γ of this teacher and ${values.k} lags is ${number(gamma, 3)}, so the imbalance may reach ${size > 1 ? "any size" : number(size, 1)}; it is ${number(imbalance(run.student), 1)}.`;
    return `After ${run.steps.toLocaleString("en")} steps the loss is ${number(run.loss, 1)} and the largest error up to lag ${LAST} is ${number(run.error)}. `
      + `${awake.length} poles have a weight above 0.001${negative ? `, ${negative} of them a negative one` : ""}. ${foretold}`;
  }
}
