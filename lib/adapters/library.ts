/** How this library names itself to servers that list their clients. */
export const LIBRARY = { product: 'feathers-sync', version: '4.0.0-alpha.0' } as const
