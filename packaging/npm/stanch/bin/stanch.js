#!/usr/bin/env node
// Starts the program of the package for this platform, which npm installed beside
// this one; nothing is downloaded here. Arguments, streams, signals and the exit code
// pass through.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

// Exit code of stanch for a use that makes no sense.
const USAGE = 2;

function fail(message) {
  process.stderr.write(`stanch: error: ${message}\n`);
  process.exit(USAGE);
}

function program() {
  if (process.env.STANCH_BINARY) return process.env.STANCH_BINARY;
  const name = `@stanch/${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/bin/stanch`);
  } catch {
    return fail(
      `the package ${name} is not installed. Either there is none for this platform, or optional ` +
        "dependencies were left out: install again without --omit=optional, or set STANCH_BINARY to a program",
    );
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit" });
// The program decides what a signal means; it writes its reports first.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => fail(`the program could not be started: ${error.message}`));
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 128 + constants.signals[signal] : code;
});
