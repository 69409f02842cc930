import { createRequire } from 'node:module'
import { readText } from './example.js'

// It comes without types.
const { loadAll } = createRequire(import.meta.url)('js-yaml') as { loadAll(text: string): unknown[] }

/** All documents of a YAML file. */
export const readYaml = async <Document>(file: string): Promise<Document[]> =>
  loadAll(await readText(file)) as Document[]
