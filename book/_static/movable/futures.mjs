// The same past, two futures: trained students, by training length and by the scale of the start.
import { given, number, stage } from "./stage.mjs";
import { panel, places } from "./axes.mjs";
import { continued } from "./systems.mjs";

const SHORT = 20; // lags of the close view
const CAPTION = ["One student at a time, perfect on the steps that training saw; afterwards it depends on where it started.",
  "(a) Responses of the teacher (dashed) and of the student, blue if it is right everywhere, orange if it goes wrong; training saw "
  + "the strip. (b) The student’s error at later lags. (c) Poles: lines for the teacher, discs for the student, as large as the "
  + "weight, hollow where it is negative."];

export function start(root) {
  const data = given(root);
  const { poles, weights, lags, lengths, starts, runs } = data;
  const figure = stage(root, paint, [], CAPTION);
  for (const button of root.querySelectorAll("button[name=smaller]")) {
    button.addEventListener("click", () => figure.set("start", Math.max(0, figure.values.start - 1)));
  }

  function paint(values, size) {
    const k = lengths[values.k];
    const scale = starts[values.start];
    const run = runs[values.k][values.start];
    const seen = continued({ poles, weights, lags, k, differences: run.r });
    const last = values.near ? SHORT : lags.at(-1);
    const line = 84;
    const [left, right] = places(size, [1.2, 1], { below: line });
    const pad = last / 60;
    const x = [-pad, last];
    const a = panel({ box: left, x, y: [-0.4, 1.15], title: "(a) What they say", xlabel: "lag" });
    const b = panel({ box: right, x, y: [1e-12, 1e3], log: true, title: "(b) How wrong the student is", xlabel: "lag" });
    const at = lags.map((j, i) => [j, i]).filter(([j]) => j <= last);
    const pick = (list) => at.map(([, i]) => list[i]);
    const js = at.map(([j]) => j);
    const look = seen.after < 0.01 ? "lowdim-small" : "lowdim-large";
    const floor = seen.errors.map((e) => Math.max(e, 1e-13));
    const after = at.filter(([j]) => j >= k);
    const c = panel({ box: { x: 46, y: size.height - line + 30, width: size.width - 58, height: 26 }, x: [-1.25, 1.25], y: [-1, 1],
      title: "(c) Poles; discs: the student", xticks: [-1, -0.5, 0, 0.5, 1], yticks: [] });
    const plot = [
      a.strip(-pad, k - 0.5), a.frame, a.line(js, pick(seen.student), `${look} lowdim-thick`), a.line(js, pick(seen.teacher), "lowdim-teacher lowdim-dashed"),
      last === SHORT ? a.dots(js, pick(seen.student), look) : "",
      b.strip(-pad, k - 0.5), b.frame, b.line(after.map(([j]) => j), after.map(([, i]) => floor[i]), look),
      last === SHORT ? b.dots(after.map(([j]) => j), after.map(([, i]) => floor[i]), look) : "",
      c.frame, c.marks([-1, 1], -1, 1, "lowdim-edge"), c.marks(poles, -1, 1, "lowdim-teacher"), c.discs(run.poles, run.weights, 0, look, 16),
    ].join("");
    const outside = run.poles.filter((p, i) => Math.abs(p) > 1 && Math.abs(run.weights[i]) > 1e-12);
    const verdict = seen.after < 0.01 ? "it is right everywhere" : "it goes wrong";
    const say = `Trained on ${k} steps from a start of scale ${number(scale, 1)}, the student is off by at most ${number(seen.inside, 1)} `
      + `on these steps. On later ones it errs by up to ${number(seen.after)}: ${verdict}.`
      + (outside.length ? ` A pole stands at ${number(outside[0], 5)}, outside of the interval.` : "");
    return { plot, say, words: { k: `${k} steps`, start: number(scale, 1) } };
  }
}
