import type { DropReason } from '../delivery/environment.js'
import { SyncError } from '../errors.js'
import { DROP_TEXTS } from '../sealing/drop-texts.js'

/** For those where a command can be told more, or something else, than an instance. */
const TEXTS: Partial<Record<DropReason, string>> = {
  sealed:
    'the instances have a secret, and none is given here: name the environment variable that holds it with --secret-env',
  foreign:
    'there are instances with another secret: name the environment variable that holds theirs with --secret-env. ' +
    'While it is changed, the variable holds the new and the old one, separated by a comma',
  unsealed:
    'there are instances without a secret, and one is given here: leave out --secret-env and FEATHERS_SYNC_SECRET, ' +
    'or set the `secret` of those instances. While it is introduced, --plain send or --plain accept reads them too. ' +
    'Otherwise it is feathers-sync 3, or an intruder'
}

/** The reasons why messages were dropped. */
export function reasonsIn(dropped: Readonly<Record<DropReason, number>>): DropReason[] {
  return (Object.keys(dropped) as DropReason[]).filter((reason) => dropped[reason] > 0)
}

/** Why something of the fleet can't be seen here, and what to do. */
export function dropText(reason: DropReason): string {
  return TEXTS[reason] ?? `dropped a message ${DROP_TEXTS[reason]}`
}

export function dropError(reason: DropReason): SyncError {
  return new SyncError('secret', `feathers-sync: ${dropText(reason)}`)
}
