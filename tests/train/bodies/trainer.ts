// A program of its own that trains on argv[2] ranks and can be killed at any moment.
import { fileURLToPath } from "node:url";
import { launch } from "../../../src/comm/threads/launch.js";

process.exitCode = await launch({
  size: Number(process.argv[2]),
  entry: new URL("./trainer-rank.js", import.meta.url),
  scriptPath: fileURLToPath(import.meta.url),
  data: JSON.parse(process.argv[3]),
});
