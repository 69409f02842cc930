const SLOTS = 16_384

/** The slot of a cluster that a channel of its shards has: CRC16 (XMODEM) of the name, or of what the first braces in it hold. */
export function channelSlot(channel: string): number {
  const hashed = /^[^{]*\{([^}]+)\}/s.exec(channel)?.[1] ?? channel
  let crc = 0
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc % SLOTS
}
