import { numberFigures, wilsonInterval } from "./evaluation.js";
import { count, duration, figure, moment, percent } from "./format.js";
import { type Content, html, type Markup } from "./html.js";
import { matrixProduct } from "./machine.js";
import type { MinimumSummary, RunSummary } from "./summary.js";

/** The head of the report: what was trained, and the figures asked for first. */
export function headline(summary: RunSummary): Markup {
  const { name, started, stopped, machine, seconds, samplesPerSecond, minimum } = summary;
  const last = summary.history.at(-1);
  return html`<header>
<h1><bdi>${name}</bdi></h1>
<p class="sub">${done(summary)} · <time datetime="${started}">${moment(started)}</time></p>
${stopped !== undefined && html`<p class="stopped" role="alert"><b>${minimum ? "The minimisation" : "Training"} stopped early.</b> ${stopped}</p>`}
</header>
<section id="figures" aria-label="Figures"><dl class="figures">
${minimum ? minimumTiles(minimum) : quality(summary)}
${tile(minimum ? "time" : "training time", duration(seconds), last && `${count(last.step)} ${minimum ? "iterations" : "steps"}`)}
${samplesPerSecond !== undefined && tile("throughput", html`${count(samplesPerSecond)}<small>/s</small>`, "training samples, all ranks")}
${tile(machine.ranks === 1 ? "rank" : "ranks", String(machine.ranks), `engine ${machine.engine}`)}
${tile("kernels", machine.kernels, matrixProduct(machine.blas))}
</dl></section>`;
}

/** What was done, in a sentence. */
function done({ data, model, minimum, history }: RunSummary): Content {
  const samples = data && ` on ${count(data.trainingSamples)} samples`;
  if (minimum) return html`${count(minimum.variables)} variables, minimised by ${minimum.method}${samples}`;
  const last = history.at(-1);
  const epochs = last && html` for ${figure(last.epoch)} ${last.epoch === 1 ? "epoch" : "epochs"}`;
  return html`${count(model?.parameters ?? 0)} parameters trained${samples}${epochs}`;
}

function minimumTiles({ value, gradientNorm, reason, values, gradients, products }: MinimumSummary): Content {
  const others = [
    values > 0 && `${count(values)} of the value alone`,
    products > 0 && `${count(products)} Hessian products`,
  ];
  return [
    tile("value", figure(value), reason, true),
    tile("gradient norm", figure(gradientNorm)),
    tile("gradients", count(gradients), others.filter((text) => text !== false).join(", ")),
  ];
}

function tile(term: string, value: Content, remark?: Content, first = false): Markup {
  return html`<div${first && html` class="main"`}><dt>${term}</dt><dd class="value${first && " first"}">${value}</dd>${remark && html`<dd class="remark">${remark}</dd>`}</div>`;
}

function quality({ evaluation, history, model }: RunSummary): Content {
  if (!evaluation) {
    const loss = history.findLast((record) => record.loss !== undefined)?.loss;
    return tile("training loss", loss === undefined ? "–" : figure(loss), model?.loss, true);
  }
  const { set } = evaluation;
  if (evaluation.kind === "numbers") {
    const [target] = evaluation.targets;
    const first =
      target && evaluation.targets.length === 1 && numberFigures(target.truths, target.predictions);
    return [
      first && tile(`${set} R²`, first.r2.toFixed(4), `root mean square error ${figure(first.rmse)}`, true),
      tile(`${set} loss`, figure(evaluation.loss), model?.loss, !first),
    ];
  }
  const n = evaluation.classes.length;
  let [total, correct] = [0, 0];
  for (let i = 0; i < evaluation.confusion.length; i++) {
    total += evaluation.confusion[i];
    if (i % (n + 1) === 0) correct += evaluation.confusion[i];
  }
  const [low, high] = wilsonInterval(correct, total);
  const remark = html`${count(total - correct)} of ${count(total)} wrong; 95% interval ${percent(low)} to ${percent(high)}`;
  return [
    tile(`${set} accuracy`, percent(correct / total), remark, true),
    tile(`${set} loss`, figure(evaluation.loss), model?.loss),
  ];
}
