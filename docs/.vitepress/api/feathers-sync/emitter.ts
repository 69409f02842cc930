/**
 * Makes events in a process without Feathers.
 *
 * @module
 */
export * from '../../../../lib/emitter.js'
