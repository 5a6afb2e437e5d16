// Watch it learn: a run of training by its time, from a small start, a large one, and with a diagonal matrix.
import { given, number, stage } from "./stage.mjs";
import { panel, places, power } from "./axes.mjs";

const PACE = 60; // milliseconds a frame
const CAPTION = ["A run of training, at the time that you choose.",
  "(a) The loss, and the largest error at later lags; dashed, the losses of the best fits by 0, 1, 2, … atoms. (b) The lengths of "
  + "the balanced part v = b + c and of the unbalanced part u = b − c. (c) Poles: lines for the teacher, discs for the student, as "
  + "large as the weight."];

export function start(root) {
  const { poles, weights, times, heights, runs } = given(root);
  const figure = stage(root, paint, [], CAPTION);
  const button = root.querySelector("button[name=play]");
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (figure.values.frame >= times.length - 1) figure.set("frame", 0);
    button.textContent = "Stop";
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    timer = setInterval(() => {
      figure.set("frame", Math.min(times.length - 1, figure.values.frame + (calm ? 10 : 1)));
      if (figure.values.frame >= times.length - 1) stop();
    }, calm ? 10 * PACE : PACE);
  });

  function paint(values, size) {
    const run = runs[values.start];
    const at = Math.min(values.frame, times.length - 1);
    const logs = times.map(Math.log10);
    const x = [logs[0], logs.at(-1)];
    const line = 92;
    const [top, low] = places(size, [1, 1], { stacked: true, below: line });
    const whole = [-2, 0, 2, 4, 6, 8].filter((e) => e >= x[0] && e <= x[1]).map((e) => [e, power(10 ** e)]);
    const a = panel({ box: top, x, y: [1e-12, 1e2], log: true, title: "(a) Loss (blue), later error (orange)", xlabel: "time", xticks: whole });
    const b = panel({ box: low, x, y: [1e-16, 1e2], log: true, title: "(b) ‖v‖ balanced, ‖u‖ unbalanced (orange)", xlabel: "time", xticks: whole });
    const c = panel({ box: { x: 46, y: size.height - line + 32, width: size.width - 58, height: 30 }, x: [-1.25, 1.25], y: [-1, 1],
      title: "(c) Poles; discs: the student", xticks: [-1, -0.5, 0, 0.5, 1], yticks: [] });
    const frame = run.frames[at];
    const [ps, ws] = [frame.slice(0, frame.length / 2), frame.slice(frame.length / 2)];
    const heavy = ws.filter((w) => Math.abs(w) > 1e-3).length;
    const rest = heights.map((height) => a.line(x, [height, height], "lowdim-guide lowdim-dashed")).join("");
    const plot = [
      a.frame, rest, a.line(logs, run.loss, "lowdim-small"), a.line(logs, run.error, "lowdim-large"),
      a.dots([logs[at]], [run.loss[at]], "lowdim-small", 5), a.dots([logs[at]], [run.error[at]], "lowdim-large", 5),
      a.note(x[0] + 0.15, 2e-12, "dashed: the best fits by 0, 1, 2, … atoms", "lowdim-guide"),
      b.frame, b.line(logs, run.v, "lowdim-small"), b.line(logs, run.u, "lowdim-large"),
      b.dots([logs[at]], [run.v[at]], "lowdim-small", 5), b.dots([logs[at]], [run.u[at]], "lowdim-large", 5),
      c.frame, c.marks([-1, 1], -1, 1, "lowdim-edge"), c.marks(poles, -1, 1, "lowdim-teacher"), c.discs(ps, ws, 0, "lowdim-small", 22),
    ].join("");
    const say = `At time ${number(times[at], 1)} the loss is ${number(run.loss[at])} and the largest error at later lags ${number(run.error[at])}; `
      + `${heavy === 1 ? "one pole has" : `${heavy} poles have`} a weight above 0.001. The balanced part has length ${number(run.v[at])}, the unbalanced ${number(run.u[at], 1)}.`;
    return { plot, say, words: { frame: number(times[at], 1) } };
  }
}
