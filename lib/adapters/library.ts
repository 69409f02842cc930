/**
 * How this library names itself to servers that list their clients, and to other instances. The version is that of package.json, which
 * bundles don't have at run time.
 */
export const LIBRARY = { product: 'feathers-sync', version: '4.0.0-alpha.0' } as const
