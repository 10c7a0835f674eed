#!/usr/bin/env node
// The `heddle` command. Loads the rest only where it can run: on an older Node its modules would fail with a riddle.
const floor = 24

const major = Number(process.versions.node.split('.')[0])
if (major < floor) {
  process.stderr.write(
    `CLI_NODE_VERSION: heddle runs on Node ${process.versions.node}; it needs Node ${floor} or later, which runs TypeScript as it is\nMore: docs/errors/cli.md#cli_node_version\n`,
  )
  process.exitCode = 3
} else {
  const { runCommandLine } = await import('./cli.ts')
  const { exitWithReader, processIo } = await import('./platform.ts')
  exitWithReader()
  process.exitCode = await runCommandLine(process.argv.slice(2), processIo())
}
