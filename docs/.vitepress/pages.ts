import { existsSync } from 'node:fs'

/** The pages, by title and file, in the order of the sidebar. */
const GROUPS: Record<string, [text: string, page: string][]> = {
  Guide: [
    ['Getting started', 'getting-started'],
    ['Concepts', 'concepts'],
    ['In production', 'production'],
    ['Which events are shared', 'choice'],
    ['Tracing', 'tracing'],
    ['Health', 'health'],
    ['Metrics', 'metrics'],
    ['Scaling', 'scaling'],
    ['Testing', 'testing'],
    ['Missed events', 'missed-events'],
    ['Troubleshooting', 'troubleshooting'],
    ['Examples', 'examples']
  ],
  Brokers: [
    ['Which broker', 'brokers'],
    ['Redis and Valkey', 'brokers/redis'],
    ['RabbitMQ (AMQP)', 'brokers/amqp'],
    ['NATS', 'brokers/nats'],
    ['ipc: no broker', 'brokers/ipc'],
    ['Supported versions', 'versions']
  ],
  Reference: [
    ['Options and app.sync', 'options'],
    ['The emitter', 'emitter'],
    ['The command line', 'cli'],
    ['Serializers', 'serializers'],
    ['Custom adapters', 'adapters'],
    ['API', 'api/index']
  ],
  Security: [
    ['Security', 'security'],
    ['What is sent', 'wire']
  ],
  Background: [
    ['Comparison', 'comparison'],
    ['Performance', 'performance'],
    ['The protocol', 'protocol'],
    ['Watch a repair', 'repair'],
    ['Architecture', 'architecture'],
    ['Decisions', 'decisions']
  ],
  Migrating: [['From feathers-sync 3', 'migrating']]
}

export interface Group {
  text: string
  items: { text: string; link: string }[]
}

/** The sidebar: those of the pages that there are in `folder`. */
export function groups(folder: string): Group[] {
  return Object.entries(GROUPS).map(([text, pages]) => ({
    text,
    items: pages
      .filter(([, page]) => existsSync(`${folder}/${page}.md`))
      .map(([text, page]) => ({ text, link: `/${page.replace(/(^|\/)index$/, '$1')}` }))
  }))
}

/** Of the site's files, the pages that no link of the sidebar leads to. Those of the API have a sidebar of their own. */
export function unlisted(files: readonly string[]): string[] {
  const listed = Object.values(GROUPS).flatMap((pages) => pages.map(([, page]) => `${page}.md`))
  return files.filter((file) => file !== 'index.md' && !file.startsWith('api/') && !listed.includes(file))
}
