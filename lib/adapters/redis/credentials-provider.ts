/** What node-redis takes as `credentialsProvider`, as far as it is used here. */
export type CredentialsProvider = AsyncProvider | StreamingProvider

interface AsyncProvider {
  readonly type: 'async-credentials-provider'
  credentials(): Promise<object>
}

interface StreamingProvider {
  readonly type: 'streaming-credentials-provider'
  subscribe(listener: Listener): Promise<[credentials: object, subscription: { dispose(): void }]>
  onReAuthenticationError(error: never): void
}

interface Listener {
  onNext(credentials: object): void
  onError(error: Error): void
}

/** The same provider; what it gives is handed to `hide` first. */
export function watchedProvider(
  provider: CredentialsProvider,
  hide: (credentials: object) => void
): CredentialsProvider {
  const hidden = <Given extends object>(given: Given): Given => {
    hide(given)
    return given
  }
  if (provider.type === 'async-credentials-provider') {
    return { type: provider.type, credentials: async () => hidden(await provider.credentials()) }
  }
  if (provider.type !== 'streaming-credentials-provider') return provider // of a later version
  return {
    type: provider.type,
    subscribe: async (listener) => {
      const onNext = (given: object) => listener.onNext(hidden(given))
      const [first, subscription] = await provider.subscribe({
        onNext,
        onError: (error) => listener.onError(error)
      })
      return [hidden(first), subscription]
    },
    onReAuthenticationError: (error) => provider.onReAuthenticationError(error)
  }
}
