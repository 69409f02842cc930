import { CELLS, cellName } from './cells.js'

/** What a run came to. */
export interface Row {
  name: string
  /** Versions, as the server and the package tell them. */
  on?: string | undefined
  seconds?: number
  passed?: number
  failed?: number
  skipped?: number
  /** In place of the counts. */
  result?: string
}

/** Prints a line for each run, in the order of the documentation's table. */
export function printTable(rows: Row[]): void {
  const names = CELLS.map(cellName)
  const sorted = rows.sort((one, two) => names.indexOf(one.name) - names.indexOf(two.name))
  const lines = sorted.map((row) => [row.name, row.on ?? '', outcome(row)])
  const widths = [0, 1].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of lines) {
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
    )
  }
  const ran = rows.filter(({ result }) => !result)
  const failed = ran.filter((row) => row.failed)
  const notRun = rows.length - ran.length
  console.log(`Matrix: ${ran.length - failed.length} passed, ${failed.length} failed, ${notRun} not run`)
}

function outcome({ passed, failed, skipped, seconds, result }: Row): string {
  if (result) return result
  const pending = skipped ? `, ${skipped} skipped` : ''
  return `${failed ? 'FAILED: ' : ''}${passed} passed, ${failed} failed${pending}, ${seconds} s`
}
