import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'

interface Sbom {
  metadata: { component: { name: string; version: string } }
  components: { name: string; licenses: { license: { id: string } }[] }[]
}

const run = promisify(execFile)
const read = (file: string) => readFile(file, 'utf8')

describe('the release', function () {
  this.timeout(120_000) // it builds

  it('can be run dry: it lists what would be published, and makes the SBOM', async () => {
    const { stdout, stderr } = await run('npm', ['run', 'release'])
    expect(stdout).to.contain('nothing was published')
    const files = Array.from(stderr.matchAll(/npm notice [\d.]+k?B (\S+)/g), ([, file]) => file)
    const dist = files.filter((file) => file?.startsWith('dist/'))
    expect(files.filter((file) => !dist.includes(file))).to.have.members(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'] // npm adds all but the changelog
    )
    expect(dist).to.include.members(['dist/index.cjs', 'dist/index.d.ts', 'dist/THIRD-PARTY-LICENSES.txt'])

    const { metadata, components } = JSON.parse(await read('sbom.cdx.json')) as Sbom
    const { version } = JSON.parse(await read('package.json'))
    expect(metadata.component.version).to.equal(version)
    const names = components.map(({ name }) => name)
    expect(names).to.include.members(['debug', 'ms', 'reflect-metadata', 'inversify', 'fastest-levenshtein'])
    expect(names).not.to.include.members(['mocha'])
    for (const { name, licenses } of components) expect(licenses, name).to.have.length.above(0)
  })

  it('demands a dated section in the changelog, as there is one', async () => {
    const { version } = JSON.parse(await read('package.json'))
    expect(await read('CHANGELOG.md')).to.match(
      new RegExp(`^## \\[${version}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm')
    )
  })

  it('runs commands that there are', async () => {
    const { scripts } = JSON.parse(await read('package.json'))
    for (const file of ['ci', 'release']) {
      const workflow = await read(`.github/workflows/${file}.yml`)
      for (const [, name] of workflow.matchAll(/npm run ([\w:]+)/g))
        expect(scripts, file).to.have.property(name as string)
      for (const [, script = ''] of workflow.matchAll(/bash (\S+)/g)) await read(script)
    }
  })
})
