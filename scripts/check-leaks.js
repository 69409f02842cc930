// Runs specs with DEBUG=*, and looks in all that they and the processes they start print for the secrets, keys and credentials that they
// use: npm run check:leaks -- [spec files]. Without arguments: all that `npm test` runs. It ends with 1 if there is one.
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

/** What the specs write for a password or a token, where it does not stand in a URI that is parsed. */
const BY_CONVENTION = ['s3cret', 'sesame', 't0ken/+', 'a-long-long-token']

/** Passwords that are words, which texts and titles have: they are looked for as they stand in a URI, after a user name. */
const SHORTEST = 6
const WORDS = ['secret', 'password', 'wrong', 'right', 'guest']

/**
 * Lines of others, whose output is not ours: ioredis tells each command, AUTH too, with its arguments, and feathers-sync 3, which some
 * specs run, the URI of RabbitMQ.
 */
const OTHERS = /\bioredis(-\d)?:|feathers-sync:amqp Setting up AMQP connection /

/** Of different lines. */
const MOST_SHOWN = 40

const folder = await mkdtemp(join(tmpdir(), 'check-leaks-'))
const args = process.argv.slice(2)
const recorder = pathToFileURL(join(import.meta.dirname, 'record-secrets.js'))
const child = spawn(
  process.execPath,
  args.length > 0 ? ['node_modules/mocha/bin/mocha.js', ...args] : ['scripts/test.js'],
  {
    stdio: ['ignore', 'inherit', 'ignore'],
    env: {
      ...process.env,
      ...{ DEBUG: '*', DEBUG_COLORS: 'no', DEBUG_DEPTH: '20', LEAKS_FOLDER: folder },
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${recorder}`
    }
  }
)
const code = await new Promise((resolve) => child.once('close', resolve))

const secrets = new Map()
const files = await readdir(folder)
for (const file of files.filter((name) => name.endsWith('.secrets'))) {
  for (const line of (await readFile(join(folder, file), 'utf8')).trim().split('\n')) {
    const [kind, base64] = JSON.parse(line)
    secrets.set(`${kind} ${base64}`, { kind, bytes: Buffer.from(base64, 'base64') })
  }
}

/** What is looked for, and what it is. */
const forms = new Map()
for (const word of BY_CONVENTION) add('credential by convention', Buffer.from(word))
for (const { kind, bytes } of secrets.values()) {
  if (kind !== 'credential') {
    add(kind, bytes)
    continue
  }
  const credential = bytes.toString()
  const password = decodeURIComponent(
    credential.slice(credential.indexOf(':') + 1).replace(/%(?![\da-f]{2})/gi, '%25')
  )
  for (const whole of [credential, `${credential.slice(0, credential.indexOf(':'))}:${password}`])
    forms.set(`${whole}@`, kind)
  if (password.length >= SHORTEST && !WORDS.includes(password)) add(kind, Buffer.from(password))
}

function add(kind, bytes) {
  const text = kind === 'key' ? [] : [bytes.toString()]
  const encoded = [
    ...text.flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)]),
    ...(bytes.length >= 8
      ? [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex')]
      : []),
    ...(bytes.length >= 8
      ? [bytes.toString('hex', 0, 16).replace(/(..)(?!$)/g, '$1 '), [...bytes.subarray(0, 16)].join(',')]
      : [])
  ]
  for (const form of encoded) forms.set(form, kind)
}

/** One pass for all: by the first 4 characters, then the form itself. */
const byStart = new Map()
for (const form of forms.keys()) {
  const start = form.slice(0, 4)
  const bucket = byStart.get(start)
  if (bucket) bucket.push(form)
  else byStart.set(start, [form])
}

function formIn(line) {
  for (let at = 0; at <= line.length - 4; at += 1) {
    const found = byStart.get(line.slice(at, at + 4))?.find((form) => line.startsWith(form, at))
    if (found !== undefined) return found
  }
}

const leaks = []
let lines = 0
let others = 0
for (const file of files.filter((name) => name.endsWith('.output'))) {
  for await (const line of createInterface({
    input: createReadStream(join(folder, file)),
    crlfDelay: Number.POSITIVE_INFINITY
  })) {
    lines += 1
    const form = formIn(line)
    if (form === undefined) continue
    if (OTHERS.test(line)) others += 1
    else leaks.push({ kind: forms.get(form), before: line.slice(0, line.indexOf(form)) })
  }
}
await rm(folder, { recursive: true })

const count = (what) => [...secrets.values()].filter(({ kind }) => kind === what).length
console.log(
  `${lines} lines of ${files.filter((name) => name.endsWith('.output')).length} processes and threads; the run ended with ${code}`
)
console.log(
  `${count('secret')} secrets, ${count('key')} keys, ${count('credential')} credentials of URIs, in ${forms.size} forms`
)
console.log(`${others} lines of others that have one (ioredis tells its commands, feathers-sync 3 a URI)`)
const shown = new Map()
for (const { kind, before } of leaks) {
  const text = `${kind} after: ${before.replace(/^\d{4}-\S+Z /, '').slice(-200)}`
  shown.set(text, (shown.get(text) ?? 0) + 1)
}
for (const [text, times] of [...shown].slice(0, MOST_SHOWN)) console.log(`${times}x ${text}`)
console.log(`${leaks.length} lines have a secret`)
if (leaks.length > 0 || lines === 0 || secrets.size === 0) process.exitCode = 1
