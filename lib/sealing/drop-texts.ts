import type { DropReason } from '../delivery/environment.js'

/** What to check, for each reason why a message is dropped. */
export const DROP_TEXTS: Readonly<Record<DropReason, string>> = {
  unsealed:
    'that is not sealed: it is of an instance without the `secret`, of feathers-sync 3, or of an intruder. While a ' +
    "`secret` is introduced, `plain: 'accept'` takes such messages",
  sealed: 'that is sealed, as this instance has no `secret`: set that of the other instances',
  foreign:
    'that is sealed with another secret: all instances of a `key` need the same one. While it is changed, `secret` is a ' +
    'list of the new and the old one. Otherwise it is of an intruder',
  altered:
    'that was altered or cut short on its way: by the broker, by a proxy, by an intruder, or it is of a version that this one does not read',
  replayed:
    'that was received before: the broker delivers messages twice, or an intruder sends recorded ones',
  outdated:
    'that is the first one of an instance over this connection, sealed more than 60 s before or after now: compare the clock of its machine ' +
    'with the one of this machine (NTP). Otherwise it was held up for long, or an intruder sends recorded ones'
}
