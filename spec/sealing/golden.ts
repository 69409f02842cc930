import { ORIGIN } from '../delivery/wire/golden.js'

export interface GoldenSeal {
  name: string
  secret: string
  key: string
  count: number
  /** In ms since 1970. */
  time: number
  /** The frame in it, in hexadecimal. */
  frame: string
  /** The bytes in hexadecimal: up to the origin, key id, count, time, ciphertext and tag. */
  hex: string
}

const secret = '3VbeQTeVHZySaBsDQW7BX4hrRIKifjpRfTLwhSRMvl0='
const key = 'feathers-sync'
const heartbeat = `ff4653ff 04 02 ${ORIGIN} 00 000000000000 000000000001 000000000000`
const events = `ff4653ff 04 01 ${ORIGIN} 00 00000000012c 000000000007 00000003 00000001 616263`
const head = `ff4653ff 04 05 ${ORIGIN}`

/** Sealed frames and their bytes, as docs/protocol.md describes them: for other implementations too. They were made by one in another language. */
export const GOLDEN_SEALS: readonly GoldenSeal[] = [
  {
    ...{
      name: 'the first frame of an instance, a heartbeat',
      secret,
      key,
      count: 1,
      time: 1_767_225_600_000
    },
    frame: heartbeat,
    hex: `${head} 6242f256 000000000001 019b76daa800 4018a5ef2292dfd58f6027f6ac24483f4c16cf9c28fc6a6a2a77b1288b8a1468565e66e10e81ec0e6b 3c03f010604a50de3b2e2adc8ad58341`
  },
  {
    ...{ name: 'a later one, with an event', secret, key, count: 258, time: 1_767_225_600_001 },
    frame: events,
    hex: `${head} 6242f256 000000000102 019b76daa801 23347df933576c95ff362baf379cc55a568c69a16bcf4d06d76cfc6b3c7705adbc81d707a7a42f1c34fbd1eeceb9 7770de344c09c49d8d24267095ffdc9b`
  },
  {
    name: 'one whose secret and key are no ASCII, of a clock that stands at 1970',
    secret: 'DFRCrxkt1tMUXhf1BUc0IsvwwodV4GzsnWBFbygwmaäß€🚀',
    ...{ key: 'Küche', count: 1, time: 0 },
    frame: events,
    hex: `${head} 6313d3ed 000000000001 000000000000 b00411537e33fbe4a7602a5185c9e677e10f654665bdb9ce9d0c55a9a7019f954bcca88abd3ba42df67d2c7f25b8 accd4e9c1569b871c85f6e516311ae9e`
  },
  {
    ...{ name: 'one with the largest count and time', secret, key, count: 2 ** 48 - 1, time: 2 ** 48 - 1 },
    frame: events,
    hex: `${head} 6242f256 ffffffffffff ffffffffffff 4d19cbde4caa9f3f99177b3ace648dbc26b59b310130716ed2c268f5bd394d5b531ad1b321050faf0d63901a9d47 7fb8cdd5aaf1e3cf86793305129670be`
  }
]
