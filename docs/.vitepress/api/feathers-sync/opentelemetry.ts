/**
 * The trace of a call goes on in the listeners of other instances.
 *
 * @module
 */
export * from '../../../../lib/opentelemetry.js'
