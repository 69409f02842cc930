import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect } from 'chai'
import { compile } from './compile.js'

describe('compile', () => {
  it('removes what a process that was killed has left, and nothing of one that runs', () => {
    const own = compile(['spec/support/is-alive.ts'])
    expect(basename(own)).to.include(`compiled-${process.pid}-`)
    const { pid } = spawnSync(process.execPath, ['--version']) // it has ended
    const orphan = join(dirname(own), `compiled-${pid}-orphan`)
    mkdirSync(orphan)
    compile(['spec/support/is-alive.ts'])
    expect([own, orphan].filter((folder) => existsSync(folder))).to.deep.equal([own])
  })
})
