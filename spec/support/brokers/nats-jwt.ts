import { randomUUID } from 'node:crypto'
import { nkeys } from 'nats'

type KeyPair = ReturnType<typeof nkeys.createUser>

/** What `nsc` would make: a server's configuration that trusts an operator, and the credentials file of a user. */
export interface Trust {
  config: object
  /** The content of a credentials file. */
  creds: string
}

/** @param user of the user's claims: `{ exp: 0 }`, in s since 1970, or `{ nats: { pub: { deny: ['>'] } } }` */
export function makeTrust({ nats, ...claims }: { nats?: object; exp?: number } = {}): Trust {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()]
  const none = { subs: -1, data: -1, payload: -1 }
  const limits = { ...none, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 }
  const accountJwt = sign(operator, account, { nats: { type: 'account', limits } })
  const userJwt = sign(account, user, {
    ...claims,
    nats: { type: 'user', ...none, pub: {}, sub: {}, ...nats }
  })
  return {
    config: {
      operator: sign(operator, operator, { nats: { type: 'operator' } }),
      resolver: 'MEMORY',
      resolver_preload: { [account.getPublicKey()]: accountJwt }
    },
    creds: [
      `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n`,
      `-----BEGIN USER NKEY SEED-----\n${Buffer.from(user.getSeed())}\n------END USER NKEY SEED------\n`
    ].join('\n')
  }
}

function sign(
  issuer: KeyPair,
  subject: KeyPair,
  { nats, ...claims }: { nats: object; exp?: number }
): string {
  const body = {
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    ...claims,
    nats: { version: 2, ...nats }
  }
  const parts = [{ typ: 'JWT', alg: 'ed25519-nkey' }, body].map((part) => encode(JSON.stringify(part)))
  return [...parts, encode(issuer.sign(Buffer.from(parts.join('.'))))].join('.')
}

function encode(bytes: string | Uint8Array): string {
  return Buffer.from(bytes as string).toString('base64url')
}
