// Loaded before anything else into each process and thread of a run of specs (check-leaks.js). Writes what the process prints to a file of
// its own, and to another one the secrets that it uses: those that keys are derived from, those keys, and the credentials of URIs.
import crypto from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

const folder = process.env.LEAKS_FOLDER
if (folder) {
  const name = join(folder, `${process.pid}-${threadId}`)
  recordSecrets(`${name}.secrets`)
  recordOutput(`${name}.output`)
}

function recordSecrets(file) {
  // Nothing is kept here, as some specs measure the heap: what comes again is written again.
  const record = (kind, value, encoding) =>
    appendFileSync(file, `${JSON.stringify([kind, Buffer.from(value, encoding).toString('base64')])}\n`)

  const { hkdfSync } = crypto
  crypto.hkdfSync = (digest, secret, salt, info, length) => {
    const derived = hkdfSync(digest, secret, salt, info, length)
    if (typeof secret === 'string') record('secret', secret, 'utf8')
    // Shorter ones are ids, which are public.
    if (length >= 16) record('key', Buffer.from(derived))
    return derived
  }
  syncBuiltinESMExports()

  const { get } = Object.getOwnPropertyDescriptor(URL.prototype, 'password')
  const take = (url) => {
    const password = get.call(url)
    if (password) record('credential', `${url.username}:${password}`, 'utf8')
    return password
  }
  Object.defineProperty(URL.prototype, 'password', {
    ...Object.getOwnPropertyDescriptor(URL.prototype, 'password'),
    get() {
      return take(this)
    }
  })
  const { canParse } = URL
  URL.canParse = (...args) => {
    const can = canParse.apply(URL, args)
    if (can) take(new URL(...args))
    return can
  }
}

/** As `debug` begins a message, without colors. */
function isDebug(chunk) {
  return typeof chunk === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z \S/.test(chunk)
}

function recordOutput(file) {
  const append = (text) => appendFileSync(file, text)
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write
    stream.write = function (chunk, ...rest) {
      append(chunk)
      // Specs that compare what a process prints do not expect it.
      if (isDebug(chunk)) return true
      return write.call(this, chunk, ...rest)
    }
  }
  // Node prints them past the streams.
  process.on('warning', (warning) => append(`${warning.stack}\n`))
}
