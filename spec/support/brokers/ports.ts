import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port that is free now. It is not one that the system gives to outgoing connections, so it is most likely still
 * free when a broker comes back to it after a restart. Somebody may be quicker all the same: who binds it tries again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
