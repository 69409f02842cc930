// Starts instances, and nginx in front of them, for this example and for graceful-restart.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const path = (file) => fileURLToPath(new URL(file, import.meta.url))
const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program. Resolves when it has printed a line that matches `ready`. */
async function start(program, args, ready, env = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  running.add(child)
  const ended = once(child, 'exit').finally(() => running.delete(child))
  await new Promise((resolve, reject) => {
    const lines = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        if (ready.test(line)) resolve()
      })
    }
    ended.then(
      () => reject(new Error(`${program} has ended:\n${lines.join('\n')}`)),
      (error) => reject(new Error(`${program} could not be started: ${error.message}`))
    )
  })
  return {
    async stop() {
      child.kill('SIGTERM')
      await ended
    }
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

export const startInstance = (port, env) =>
  start(process.execPath, [path('../production/server.mjs')], /^listens/, { ...env, PORT: `${port}` })

/** Runs nginx as any user, with its files in a temporary folder, and with other ports than those of the file. */
export async function startNginx(file, port, ports) {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const config = (await readFile(path(file), 'utf8'))
    .replace(/( *server 127.0.0.1:)\d+(.*\n)( *server 127.*\n)+/, (_all, before, after) =>
      ports.map((port) => before + port + after).join('')
    )
    .replace('8080', port)
  await writeFile(join(folder, 'nginx.conf'), config)
  const options = 'daemon off; error_log stderr notice;'
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', options]
  const { NGINX = '/usr/sbin/nginx' } = process.env
  const nginx = await start(NGINX, args, /start worker process \d+/)
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await nginx.stop()
      await rm(folder, { recursive: true })
    }
  }
}
