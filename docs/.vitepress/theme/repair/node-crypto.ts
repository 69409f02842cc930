/** What lib/delivery takes of `node:crypto`, in a browser. */
export function randomBytes(size: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(size)))
}
