/** `1 event`, `2 events`. */
export function counted(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
