import { TuttiError } from "../../errors.js";
import { type ClassFigures, classFigures } from "./evaluation.js";
import { count, percent } from "./format.js";
import { type Content, html, type Markup } from "./html.js";
import { encodePng } from "./png.js";
import type { ClassEvaluation, WrongExample } from "./summary.js";

/** Above this number of classes a matrix of counts is no longer readable. */
const LARGEST_MATRIX = 50;

/** Classes that are listed in place of it. */
const MOST_LISTED = 20;

/** Shades of the cells of the matrix. */
const LEVELS = 8;

/** What a classifier gets right and wrong: the confusion matrix, what it mixes up most, its worst mistakes. */
export function classSections(evaluation: ClassEvaluation): Markup {
  const figures = classFigures(evaluation.confusion);
  if (figures.length !== evaluation.classes.length) {
    throw new TuttiError(
      "shape",
      `writeReport: evaluation.confusion is for ${figures.length} classes, but evaluation.classes names ${evaluation.classes.length}`,
      { confusion: figures.length, classes: evaluation.classes.length },
    );
  }
  const small = evaluation.classes.length <= LARGEST_MATRIX;
  return html`<section id="confusion"><h2>${small ? "Confusion matrix" : "Classes"}</h2>
<p class="note">${!small && html`${evaluation.classes.length} classes are too many for a matrix; these are the ${MOST_LISTED} of lowest recall. `}${small && html`Rows are true classes, columns are predictions. Blue cells are right, orange ones wrong; the deeper the orange, the larger the share of its row. `}Recall is the share of a class that was found, precision the share of its predictions that are right.</p>
<div class="side">${small ? matrix(evaluation, figures) : figuresTable(evaluation.classes, figures)}
${evaluation.classes.length > 2 && mixedUp(evaluation)}</div>
</section>
${mistakes(evaluation)}`;
}

const name = (classes: readonly string[], index: number) => html`<bdi>${classes[index]}</bdi>`;

function matrix({ classes, confusion }: ClassEvaluation, figures: readonly ClassFigures[]): Markup {
  const n = classes.length;
  const share = (row: number, column: number) => confusion[row * n + column] / figures[row].support || 0;
  let largest = 0;
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++)
      if (row !== column) largest = Math.max(largest, share(row, column));
  const level = (row: number, column: number) => {
    if (confusion[row * n + column] === 0) return "none";
    if (row === column) return `right s${Math.ceil(LEVELS * share(row, column))}`;
    return `wrong s${Math.max(1, Math.ceil(LEVELS * Math.sqrt(share(row, column) / largest)))}`;
  };
  const upright = classes.some((text) => text.length > 4) && classes.join("").length > 40;
  const size = n <= 5 ? "large" : n <= 12 ? "roomy" : n <= 25 ? "close" : "dense";
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="matrix ${size}${upright && " upright"}">
<caption>Samples by true class (rows) and predicted class (columns)</caption>
<thead><tr><td></td>${classes.map((_, c) => html`<th scope="col"><span>${name(classes, c)}</span></th>`)}<th scope="col" class="figure"><span>recall</span></th></tr></thead>
<tbody>${figures.map(
    (figure, row) =>
      html`<tr><th scope="row">${name(classes, row)}</th>${classes.map(
        (_, column) =>
          html`<td class="${level(row, column)}"${tip(classes, row, column, confusion[row * n + column])}>${confusion[row * n + column]}</td>`,
      )}<td class="figure">${percent(figure.recall, n <= 12 ? 1 : 0)}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row" class="figure"><span>precision</span></th>${figures.map((figure) => html`<td class="figure"><span>${percent(figure.precision, n <= 12 ? 1 : 0)}</span></td>`)}<td></td></tr></tfoot>
</table></div>`;
}

/** Tooltip of a cell; cells without samples have none. */
function tip(classes: readonly string[], row: number, column: number, samples: number): Content {
  return samples > 0 && html` title="${classes[row]} taken for ${classes[column]}: ${count(samples)}"`;
}

/** In place of a matrix too large to read: the classes told worst. */
function figuresTable(classes: readonly string[], figures: readonly ClassFigures[]): Markup {
  const worst = figures
    .map((figure, index) => ({ ...figure, index }))
    .filter(({ support }) => support > 0)
    .sort((a, b) => a.recall - b.recall || a.index - b.index)
    .slice(0, MOST_LISTED);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Classes of lowest recall"><table class="list"><thead><tr><th scope="col">class</th><th scope="col" class="number">samples</th><th scope="col" class="number">recall</th><th scope="col" class="number">precision</th></tr></thead>
<tbody>${worst.map(
    ({ index, support, recall, precision }) =>
      html`<tr><th scope="row">${name(classes, index)}</th><td class="number">${count(support)}</td><td class="number">${percent(recall, 1)}</td><td class="number">${percent(precision, 1)}</td></tr>`,
  )}</tbody></table></div>`;
}

function mixedUp({ classes, confusion }: ClassEvaluation): Content {
  const n = classes.length;
  const pairs = Array.from(confusion, (samples, i) => ({ samples, row: Math.floor(i / n), column: i % n }))
    .filter(({ samples, row, column }) => samples > 0 && row !== column)
    .sort((a, b) => b.samples - a.samples)
    .slice(0, 10);
  if (pairs.length === 0) return undefined;
  return html`<div class="pairs"><h3>Mixed up most often</h3><ol>${pairs.map(
    ({ samples, row, column }) =>
      html`<li><span>${name(classes, row)} taken for ${name(classes, column)}</span> <b>${count(samples)} ×</b></li>`,
  )}</ol></div>`;
}

function mistakes({ mostWrong, classes, set }: ClassEvaluation): Content {
  if (mostWrong.length === 0) return undefined;
  const images = mostWrong.every(({ image }) => image);
  return html`<section id="mistakes"><h2>Worst mistakes</h2>
<p class="note">Wrongly classified ${set} samples whose true class was given the least probability, the worst first.</p>
${images ? mistakeGrid(mostWrong, classes) : mistakeTable(mostWrong, classes)}
</section>`;
}

const place = ({ index, source }: WrongExample) => source ?? `#${index}`;

function mistakeGrid(examples: readonly WrongExample[], classes: readonly string[]): Markup {
  return html`<ul class="mistakes">${examples.map((example) => {
    const { image, label, predicted, probability, labelProbability } = example;
    const data = image && encodePng(image).toString("base64");
    const hint = `${place(example)}: ${percent(probability)} for ${classes[predicted]}, ${percent(labelProbability)} for ${classes[label]}`;
    return html`<li><figure title="${hint}"><img alt="${`A ${classes[label]} taken for ${classes[predicted]}`}" width="${image?.width}" height="${image?.height}" src="data:image/png;base64,${data}"/>
<figcaption><span class="true">${name(classes, label)}</span> <span class="arrow">→</span> <span class="predicted">${name(classes, predicted)}</span> <small>${percent(probability, 1)}</small><small>${place(example)}</small></figcaption></figure></li>`;
  })}</ul>`;
}

function mistakeTable(examples: readonly WrongExample[], classes: readonly string[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Worst mistakes"><table class="list"><thead><tr><th scope="col">sample</th><th scope="col">true class</th><th scope="col">predicted</th><th scope="col" class="number">probability</th><th scope="col" class="number">of the true class</th></tr></thead>
<tbody>${examples.map(
    (example) =>
      html`<tr><td>${place(example)}</td><td>${name(classes, example.label)}</td><td>${name(classes, example.predicted)}</td><td class="number">${percent(example.probability)}</td><td class="number">${percent(example.labelProbability)}</td></tr>`,
  )}</tbody></table></div>`;
}
