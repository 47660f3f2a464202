// `npm start`: trains a classifier of handwritten digits on every core, from a fresh clone.
// Arguments go to the command: `npm start -- --epochs 5`.
import { build, installDependencies, must, root } from "./setup.mjs";

installDependencies();
build();
must(process.execPath, [`${root}/dist/lib/cli/main.js`, "train", "mnist", ...process.argv.slice(2)]);
