import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { socketPath } from '../../../lib/adapters/ipc/ipc-path.js'

describe('ipc-path', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'path-'))
  })

  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  describe('socketPath', () => {
    it('derives a path from the key, in a folder of the user with mode 700', () => {
      const path = socketPath('ipc:', 'one', folder)
      expect(dirname(path)).to.equal(join(folder, `feathers-sync-${process.getuid?.()}`))
      expect(statSync(dirname(path)).mode & 0o777).to.equal(0o700)
      expect(socketPath('ipc:', 'one', folder)).to.equal(path)
      expect(socketPath(undefined, 'one', folder)).to.equal(path)
      expect(socketPath('ipc://', 'one', folder)).to.equal(path)
      expect(socketPath('ipc:', 'two', folder)).not.to.equal(path)
      expect(socketPath('ipc:', 'long'.repeat(1000), folder)).to.have.length(path.length)
    })

    it('derives the same path whatever TMPDIR and XDG_RUNTIME_DIR are', () => {
      const { env } = process
      const path = socketPath('ipc:', 'one')
      process.env = { ...env, TMPDIR: folder, TMP: folder, XDG_RUNTIME_DIR: folder, HOME: folder }
      try {
        expect(socketPath('ipc:', 'one')).to.equal(path)
      } finally {
        process.env = env
      }
    })

    for (const [mode, isTaken] of [
      [0o700, true],
      [0o755, true],
      [0o1777, true],
      [0o777, false],
      [0o775, false],
      [0o702, false]
    ] as const) {
      it(`${isTaken ? 'takes' : 'refuses'} a socket in a folder with mode ${mode.toString(8)}`, () => {
        chmodSync(folder, mode)
        const find = () => socketPath(`ipc://${folder}/hub.sock`, 'any')
        if (isTaken) expect(find()).to.equal(join(folder, 'hub.sock'))
        else expect(find).to.throw(`other users may write the folder ${folder}`)
      })
    }

    it('takes the path that the URI names, decoded', () => {
      expect(socketPath('ipc:///run/app/hub.sock', 'any')).to.equal('/run/app/hub.sock')
      expect(socketPath('ipc:/run/app/hub.sock', 'any')).to.equal('/run/app/hub.sock')
      expect(socketPath('ipc:///run/a%20b/%25.sock', 'any')).to.equal('/run/a b/%.sock')
    })

    for (const [what, uri, message] of [
      ['a host', 'ipc://tmp/hub.sock', /tmp would be a host.*three slashes/],
      ['a relative path', 'ipc:hub.sock', /hub.sock is not the absolute path of a file/],
      ['a folder', 'ipc:///run/', /is not the absolute path of a file/],
      ['broken percent-encoding', 'ipc:///run/100%.sock', /is not percent-encoded correctly/],
      [
        'a path of more than 98 bytes',
        `ipc:///tmp/${'é'.repeat(50)}`,
        /has 105 bytes, a socket's may have 98/
      ]
    ] as const) {
      it(`refuses ${what}`, () => {
        expect(() => socketPath(uri, 'any')).to.throw(message)
      })
    }

    it('refuses a derived path that is too long, saying what to do', () => {
      const long = join(folder, 'x'.repeat(90))
      expect(() => socketPath('ipc:', 'any', long)).to.throw(
        /a socket's may have 98: name a socket with ipc:\/\/\//
      )
    })

    it('refuses to replace a file that is no socket', () => {
      const file = join(folder, 'precious')
      writeFileSync(file, 'text')
      expect(() => socketPath(`ipc://${file}`, 'any')).to.throw(/exists and is not a socket of the user/)
    })

    it('refuses a folder that others can read, and one that is a link', () => {
      const own = join(folder, `feathers-sync-${process.getuid?.()}`)
      mkdirSync(own)
      chmodSync(own, 0o750)
      expect(() => socketPath('ipc:', 'any', folder)).to.throw(
        /has to be a directory of the user \d+ with mode 700/
      )
      rmSync(own, { recursive: true })
      symlinkSync(folder, own)
      expect(() => socketPath('ipc:', 'any', folder)).to.throw(/has to be a directory of the user/)
    })
  })
})
