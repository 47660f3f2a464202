// How many evaluations each method of minimisation needs beside PETSc's TAO: a table in Markdown.
//
//     node dist/bench/minimize.js [method…]
//
// With --tasks also every task. Figures are counts, the same on every machine up to rounding errors.

import { compare, contenders, evaluations, summarize } from "../tests/optim/minimize/against-tao/compare.js";

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const everyTask = process.argv.includes("--tasks");

console.log(
  "| method | tasks | solved | by TAO | evaluations | TAO's | ratio | mean of ratios | Hessian products | TAO's | worst |",
);
console.log("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|");
for (const contender of contenders()) {
  if (wanted.length > 0 && !wanted.includes(contender.name)) continue;
  const comparisons = compare(contender);
  const { tasks, solved, solvedByTao, missed, worst, ratio, mean, ...counts } = summarize(comparisons);
  const { evaluations: ours, evaluationsOfTao, products, productsOfTao } = counts;
  const hessian = productsOfTao > 0 ? [products, productsOfTao] : ["", ""];
  const cells = [
    `\`${contender.name}\``,
    tasks,
    solved,
    solvedByTao,
    ours,
    evaluationsOfTao,
    ratio.toFixed(2),
  ];
  cells.push(mean.toFixed(2), ...hessian, `${worst.ratio.toFixed(2)} (${worst.task})`);
  console.log(`| ${cells.join(" | ")} |`);
  if (missed.length > 0) console.error(`${contender.name}: only TAO solves ${missed.join("; ")}`);
  if (!everyTask) continue;
  for (const { task, ours, tao } of comparisons) {
    const end = tao === undefined ? "error" : `${evaluations(tao)} ${tao.reason} ${tao.value}`;
    console.error(`  ${task}: ${evaluations(ours)} ${ours.reason} ${ours.value}, TAO ${end}`);
  }
}
