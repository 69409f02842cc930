#!/usr/bin/env node
import { run } from './cli/program.js'
import { processTerminal } from './cli/terminal.js'

/** Whatever a driver still waits for, the command has ended; but what it has written is to arrive. */
run(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode ||= code
  process.stdout.write('', () => process.exit())
})
