import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { TuttiError } from "../errors.js";

/**
 * The folder for what this user compiled, created on demand: `$XDG_CACHE_HOME/tutti` or `~/.cache/tutti`.
 *
 * Code is loaded from it, so nobody else may be able to put anything there.
 *
 * @throws TuttiError `library` if it cannot be created or is not safe.
 */
export function privateFolder(): string {
  const folder = join(cacheHome(), "tutti");
  makeFolder(dirname(folder));
  makeFolder(folder);
  const found = lstatSync(folder);
  if (found.isSymbolicLink()) throw unsafe(`${folder} is a symbolic link; remove it`);
  if (!found.isDirectory()) throw unsafe(`${folder} is not a folder; remove it`);
  checkOwner(folder, found);
  checkAncestors(folder);
  return folder;
}

/**
 * The content of a file of the private folder; undefined if there is none.
 *
 * @throws TuttiError `library` if somebody else could have written it.
 */
export function readPrivateFile(file: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw unsafe(
      code === "ELOOP" ? `${file} is a symbolic link; remove it` : `${file} cannot be read (${code})`,
      cause,
    );
  }
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw unsafe(`${file} is not a file; remove it`);
    checkOwner(file, found);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function cacheHome(): string {
  const { XDG_CACHE_HOME, HOME } = process.env;
  // The XDG base directory specification: relative paths are to be ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  if (HOME && isAbsolute(HOME)) return join(HOME, ".cache");
  throw unsafe("neither XDG_CACHE_HOME nor HOME names a folder to keep compiled kernels in");
}

// One level at a time: Node's recursive mkdir tries for ever on file systems that answer ENOENT, such as /proc.
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw unsafe(`${folder} cannot be created (${code})`, cause);
  }
}

function checkOwner(path: string, { uid, mode }: Stats): void {
  const user = process.getuid?.();
  if (user === undefined) throw unsafe("owners of files cannot be checked on this system");
  if (uid !== user)
    throw unsafe(`${path} belongs to user ${uid}, not to user ${user}; remove it or give it back`);
  if (mode & 0o022)
    throw unsafe(`${path} can be written by other users (mode ${octal(mode)}); chmod go-w it`);
}

/** Who may rename a folder may replace what is in it: the folders above must not be open to everybody. */
function checkAncestors(folder: string): void {
  const user = process.getuid?.();
  for (let above = realpathSync(dirname(folder)); ; above = dirname(above)) {
    const { uid, mode } = lstatSync(above);
    const sticky = (mode & 0o1000) !== 0;
    if (uid !== 0 && uid !== user) throw unsafe(`${above} belongs to user ${uid}`);
    if (mode & 0o002 && !sticky) throw unsafe(`${above} can be written by everybody (mode ${octal(mode)})`);
    if (above === dirname(above)) return;
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function unsafe(reason: string, cause?: unknown): TuttiError {
  return new TuttiError("library", reason, { reason }, { cause });
}
