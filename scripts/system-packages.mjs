// Debian packages that the tests compare with or run in. Installed where that is allowed (root on Debian);
// elsewhere the tests that need them are skipped by name, with the line that installs them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

const loads = (library) => succeeds("sh", "-c", `ldconfig -p | grep -qF ${library}`);

const PACKAGES = [
  { name: "gcc", present: () => succeeds("cc", "--version") },
  { name: "libc6-dev", present: () => existsSync("/usr/include/stdlib.h") },
  { name: "libopenblas0-pthread", present: () => loads("libopenblas.so.0") },
  { name: "python3-numpy", present: () => succeeds("/usr/bin/python3", "-c", "import numpy") },
  { name: "python3-yaml", present: () => succeeds("/usr/bin/python3", "-c", "import yaml") },
  { name: "openmpi-bin", present: () => existsSync("/usr/bin/mpiexec.openmpi") },
  { name: "libslepc-real3.18", present: () => loads("libslepc_real.so.3") }, // brings PETSc
  // builds that are refused
  { name: "libslepc-complex3.18", present: () => loads("libslepc_complex.so.3") },
  { name: "libpetsc64-real3.18", present: () => loads("libpetsc64_real.so.3") },
  { name: "mpich", present: () => existsSync("/usr/bin/mpiexec.mpich") },
  { name: "iproute2", present: () => succeeds("ip", "-V") },
  { name: "chromium", present: () => existsSync("/usr/bin/chromium") },
];

export function installSystemPackages() {
  const missing = PACKAGES.filter((item) => !item.present()).map((item) => item.name);
  if (missing.length === 0) return;
  const allowed =
    process.getuid?.() === 0 && existsSync("/etc/debian_version") && succeeds("apt-get", "--version");
  if (!allowed) {
    console.log(`Not installed: ${missing.join(", ")}. Tests that need them are skipped.`);
    return;
  }
  console.log(`Installing ${missing.join(", ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) =>
    spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
  apt("update");
  if (apt("install", "-y", "--no-install-recommends", ...missing).status !== 0) {
    console.log(`apt-get could not install ${missing.join(", ")}. Tests that need them are skipped.`);
  }
}
