/**
 * The tests that every adapter has to pass.
 *
 * @module
 */
export * from '../../../../spec/conformance/index.js'
