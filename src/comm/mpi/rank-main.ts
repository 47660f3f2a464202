// The first module of every process that `tutti run --engine mpi` starts: joins the job, then runs the script.
import { LineMerger } from "../threads/rank-output.js";
import { world } from "../world.js";

const [, , entry, tag, ...argv] = process.argv;

process.argv = [process.execPath, ...argv];
process.setSourceMapsEnabled(true);
const comm = world();
for (const stream of [process.stdout, process.stderr]) writeWholeLines(stream);
await import(entry);

/** Launchers forward what their ranks write as it comes: only whole lines at a time stay whole. */
function writeWholeLines(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream);
  const merger = new LineMerger(comm.size, tag === "tag", (bytes, done) => write(bytes, () => done()));
  type Done = (error?: Error | null) => void;
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
    const bytes = typeof encoding === "string" ? Buffer.from(chunk as string, encoding) : chunk;
    merger.push(comm.rank, bytes, typeof encoding === "function" ? encoding : (done ?? ignore));
    return true;
  };
  process.on("exit", () => merger.flush(comm.size > 1));
}

function ignore(): void {}
