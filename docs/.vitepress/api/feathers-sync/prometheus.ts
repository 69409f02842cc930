/**
 * Metrics for `prom-client`.
 *
 * @module
 */
export * from '../../../../lib/prometheus.js'
