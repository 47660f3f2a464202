import { bytes, count, shellQuote } from "./format.js";
import { type Content, html, type Markup } from "./html.js";
import type { DataSummary, ModelSummary, OptionValue, RunSummary } from "./summary.js";

/** How the run was made: command, options, model, data, machine, and the other files it left. */
export function detailSections({ command, options, model, data, machine, files }: RunSummary): Markup {
  return html`<section id="command"><h2>Command</h2><pre tabindex="0"><code>${command.map((word, i) => html`${i > 0 && " "}<span class="word">${shellQuote(word)}</span>`)}</code></pre></section>
${model && modelSection(model)}
<div class="columns">
<section id="options"><h2>Options</h2>${facts(Object.entries(options).map(([name, value]) => [name, optionText(value)]))}</section>
${data && dataSection(data)}
<section id="versions"><h2>Versions and machine</h2>${facts([
    ["Tutti", machine.tutti],
    ["Node.js", machine.node],
    ["platform", machine.platform],
    ["processor", machine.cpu],
    ["cores", count(machine.cores)],
    ["memory", bytes(machine.memoryBytes)],
    ["ranks", `${count(machine.ranks)}, engine ${machine.engine}`],
    ["kernels", machine.kernels],
    ["matrix product", machine.blas ?? "own"],
  ])}</section>
<section id="files"><h2>Files</h2>${facts(files.map(({ path, description }) => [html`<a href="${relativeLink(path)}">${path}</a>`, description]))}</section>
</div>`;
}

function modelSection(model: ModelSummary): Markup {
  return html`<section id="model"><h2>Model</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Layers"><table class="list"><thead><tr><th scope="col">layer</th><th scope="col">kind</th><th scope="col" class="number">output</th><th scope="col" class="number">parameters</th></tr></thead>
<tbody>${model.layers.map(
    (layer) =>
      html`<tr><th scope="row">${layer.name}</th><td>${layer.kind}</td><td class="number">${shape(layer.outputShape)}</td><td class="number">${count(layer.parameters)}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row">all</th><td>${model.dtype}, ${model.loss}, ${model.optimizer}</td><td></td><td class="number">${count(model.parameters)}</td></tr></tfoot></table></div></section>`;
}

function dataSection(data: DataSummary): Markup {
  return html`<section id="data"><h2>Data</h2>${facts([
    ["source", data.source],
    ["input", shape(data.inputShape)],
    ["target", data.target],
    ["training samples", count(data.trainingSamples)],
    ["validation samples", data.validationSamples !== undefined && count(data.validationSamples)],
    ["test samples", data.testSamples !== undefined && count(data.testSamples)],
  ])}</section>`;
}

function facts(rows: readonly (readonly [Content, Content])[]): Markup {
  const present = rows.filter(([, value]) => value !== false && value !== undefined);
  return html`<table class="facts"><tbody>${present.map(([term, value]) => html`<tr><th scope="row">${term}</th><td>${value}</td></tr>`)}</tbody></table>`;
}

function shape(sizes: readonly number[]): string {
  return sizes.length === 0 ? "1" : sizes.join(" × ");
}

function optionText(value: OptionValue): string {
  if (value === null) return "none";
  if (typeof value === "object") return value.join(", ");
  return value === true ? "yes" : value === false ? "no" : String(value);
}

/** A link to a file beside the report; "./" in front keeps any path from being read as a scheme or a host. */
function relativeLink(path: string): string {
  return `./${path.split("/").map(encodeURIComponent).join("/")}`;
}
