// Prints what the published package consists of, in CycloneDX: its dependencies, and the packages that are in its bundle, which
// `npm sbom` takes for those of development. Run it after the build.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const sbom = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024
  })
)
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const licenses = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8').split('\n')
const bundled = sbom.components.filter(({ name }) => licenses.includes(name))
const dependsOn = new Map(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
const root = sbom.metadata.component['bom-ref']

const direct = dependsOn.get(root).filter((ref) => dependencies[ref.slice(0, ref.lastIndexOf('@'))])
const refs = new Set([...direct, ...bundled.map((component) => component['bom-ref'])])
for (const ref of refs) for (const inner of dependsOn.get(ref)) refs.add(inner)

sbom.components = sbom.components
  .filter((component) => refs.has(component['bom-ref']))
  .map((component) => ({ ...component, scope: 'required', properties: [] }))
sbom.dependencies = [
  { ref: root, dependsOn: [...direct, ...bundled.map((component) => component['bom-ref'])] },
  ...sbom.dependencies.filter(({ ref }) => refs.has(ref))
]
console.log(JSON.stringify(sbom, null, 2))
