/** The path of a service as Feathers has it: without slashes around it, and `/` for that of the root. */
export function servicePath(path: string): string {
  return path.replace(/^\/+|\/+$/g, '') || '/'
}
