import 'reflect-metadata/lite' // what inversify loads: the other one would be loaded besides
import * as api from './api.js'
import { sync as create } from './sync/sync.js'

export * from './api.js'

/** `sync(options)`, with everything the package exports as properties: `require('feathers-sync')` is this function. */
const sync = Object.assign(create, api)

export default Object.assign(sync, { default: sync })
