import { createDecipheriv, hkdfSync } from 'node:crypto'

/**
 * Opens a sealed frame by what docs/protocol.md says, and by nothing else: it shares no code with `lib/`.
 *
 * @throws Error if it is not one, or not as it was sealed
 */
export function openByThePage(message: Uint8Array, secret: string, key: string) {
  const bytes = Buffer.from(message)
  const derive = (info: Buffer, length: number) => Buffer.from(hkdfSync('sha256', secret, key, info, length))
  if (bytes.toString('hex', 0, 6) !== 'ff4653ff0405') throw new Error('it is not a sealed frame')
  const [origin, keyId] = [bytes.subarray(6, 22), bytes.subarray(22, 26)]
  if (!derive(Buffer.from('feathers-sync sealed frames, key id'), 4).equals(keyId))
    throw new Error('it is sealed with another secret')
  const info = Buffer.concat([Buffer.from('feathers-sync sealed frames, origin '), origin])
  const decipher = createDecipheriv('aes-256-gcm', derive(info, 32), bytes.subarray(26, 38))
  decipher.setAAD(bytes.subarray(0, 26)).setAuthTag(bytes.subarray(-16))
  const frame = Buffer.concat([decipher.update(bytes.subarray(38, -16)), decipher.final()])
  if (frame.toString('hex', 0, 4) !== 'ff4653ff' || !frame.subarray(6, 22).equals(origin))
    throw new Error('there is another frame in it')
  return {
    origin: origin.toString('hex'),
    count: bytes.readUIntBE(26, 6),
    time: bytes.readUIntBE(32, 6),
    frame
  }
}
