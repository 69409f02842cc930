/** What looks like a client of node-redis that is being connected, for ever. */
export function idleClient() {
  const client = {
    isOpen: true,
    isReady: false,
    connect: async () => {},
    sendCommand: async () => {},
    subscribe: async () => {},
    on: () => client,
    off: () => client,
    duplicate: (): object => client
  }
  return client
}
