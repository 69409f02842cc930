import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const { stdout } = process
stdout.on('error', () => {}) // the reader of a pipe may have gone, or the terminal

/** Colour where a person looks at it. */
export function paint(style: Style, text: string): string {
  return stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text
}

let open = false
let over = false

/** A whole line; one that `append` left open is ended first. */
export function line(text = ''): void {
  endLine()
  write(`${text}\n`)
}

/** A line, and nothing after it: what is still under way has no more to say. */
export function lastLine(text: string): void {
  line(text)
  over = true
}

/** Ends the line that `append` left open, if any. */
export function endLine(): void {
  if (open) write('\n')
  open = false
}

/** More of the current line. */
export function append(text: string): void {
  write(text)
  open = true
}

function write(text: string): void {
  if (!over) stdout.write(text)
}

/** Rows of text in columns; the first row is the heading. */
export function table(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  for (const [index, row] of rows.entries()) {
    const text = row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('   ')
    line(`  ${index === 0 ? paint('bold', text) : text}`)
    if (index === 0) line(`  ${'─'.repeat(text.length)}`)
  }
}
