import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'

/** What the page is made of: its own files as they stand, and those of three packages. */
const PAGE = new URL('./page/', import.meta.url)
const MODULES = new URL('../../node_modules/', import.meta.url)

const PACKAGES: Record<string, string> = {
  '/modules/socket.io-client.js': 'socket.io-client/dist/socket.io.esm.min.js',
  '/modules/uplot.js': 'uplot/dist/uPlot.esm.js',
  '/modules/uplot.css': 'uplot/dist/uPlot.min.css'
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8'
}

export interface File {
  type: string
  content: Buffer
}

/** The file at a path of the page; undefined if there is none. */
export async function fileAt(path: string): Promise<File | undefined> {
  const url = urlOf(path === '/' ? '/index.html' : path)
  const type = url && TYPES[extname(url.pathname)]
  if (!url || !type) return undefined
  try {
    return { type, content: await readFile(url) }
  } catch {
    return undefined
  }
}

function urlOf(path: string): URL | undefined {
  const module = PACKAGES[path]
  if (module) return new URL(module, MODULES)
  // names of files in one folder: nothing else can be read
  return /^\/[\w-]+\.\w+$/.test(path) ? new URL(path.slice(1), PAGE) : undefined
}
