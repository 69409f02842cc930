/**
 * MessagePack in place of JSON.
 *
 * @module
 */
export * from '../../../../lib/msgpack.js'
