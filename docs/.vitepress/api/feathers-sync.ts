/**
 * The package itself. `sync` is its default export, and in CommonJS `require('feathers-sync')` is this function, with all other
 * names as its properties.
 *
 * @module
 */
export * from '../../../lib/api.js'
export { sync } from '../../../lib/sync/sync.js'
