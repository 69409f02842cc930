// What was seen of a broken connection, as told to the application: never what is guessed.

export function deafText(ms: number): string {
  return `nothing has been received for ${seconds(ms)}`
}

export function muteText(ms: number): string {
  return `own messages have not come back for ${seconds(ms)}, in which other instances were heard`
}

/** @param origins those that announce whom they hear, without this instance */
export function unheardText([origin, ...others]: readonly string[], ms: number): string {
  const names =
    others.length > 0 ? `instance ${origin} and ${others.length} more have` : `instance ${origin} has`
  return `${names} not heard this one for at least ${seconds(ms)}, though its messages come back`
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
