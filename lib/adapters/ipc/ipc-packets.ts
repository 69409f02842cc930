import type { Socket } from 'node:net'

/** The largest packet, in bytes. */
export const MAX_PACKET = 64 * 1024 * 1024

const HEADER = 4

/** A message as it goes through a socket: its length in 4 bytes, big-endian, then itself. */
export function packet(bytes: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(HEADER + bytes.length)
  result.writeUInt32BE(bytes.length)
  result.set(bytes, HEADER)
  return result
}

/** Calls back with each packet that a socket receives; one that is too large destroys the socket. */
export function onPacket(socket: Socket, callback: (bytes: Buffer) => void): void {
  let chunks: Buffer[] = []
  let length = 0
  let wanted = HEADER
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length < wanted) return // joined only when whole: a large packet is copied once
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks, length)
    while (rest.length >= HEADER && !socket.destroyed) {
      const size = rest.readUInt32BE()
      if (size > MAX_PACKET) {
        socket.destroy(new Error(`a packet of ${size} bytes, the limit is ${MAX_PACKET}`))
        return
      }
      if (rest.length < HEADER + size) break
      callback(rest.subarray(HEADER, HEADER + size))
      rest = rest.subarray(HEADER + size)
    }
    chunks = [rest]
    length = rest.length
    wanted = HEADER + (length >= HEADER ? rest.readUInt32BE() : 0)
  })
}
