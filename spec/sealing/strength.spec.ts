import { expect } from 'chai'
import { weaknessOf } from '../../lib/sealing/strength.js'
import { Random } from '../soak/random.js'

/** How many secrets of each form: a wrong rule refuses far more than one in thousands. */
const ROUNDS = 3000

const random = new Random('strength')
const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => random.integer(0, 255)))

function uuid(): string {
  const all = bytes(16)
  all[6] = ((all[6] as number) & 0x0f) | 0x40
  all[8] = ((all[8] as number) & 0x3f) | 0x80
  return all.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const RANDOM: Record<string, () => string> = {
  'openssl rand -base64 32': () => bytes(32).toString('base64'),
  'openssl rand -hex 16': () => bytes(16).toString('hex'),
  'openssl rand -hex 16, in capitals': () => bytes(16).toString('hex').toUpperCase(),
  'openssl rand -hex 32': () => bytes(32).toString('hex'),
  'Base64 for URLs': () => bytes(24).toString('base64url'),
  'a UUID': uuid
}

/** By how they come about. None has fewer than 32 characters. */
const GUESSABLE: Record<string, string[]> = {
  'a password again and again': [
    'passwordpasswordpasswordpassword',
    'Password123!Password123!Password123!',
    'password1password2password3password4',
    'P@ssw0rd1P@ssw0rd2P@ssw0rd3P@ssw0rd4',
    'Tr0ub4dor&3Tr0ub4dor&3Tr0ub4dor&3',
    's3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t',
    'hunter2hunter2hunter2hunter2hunter2',
    'iloveyouiloveyouiloveyouiloveyou',
    'Summer2026!Summer2026!Summer2026!',
    'Winter2026Spring2027Summer2028Autumn2029',
    'SuperSecret!2026SuperSecret!2026'
  ],
  'a keyboard': [
    'qwertyuiopasdfghjklzxcvbnm123456',
    'QwertyuiopAsdfghjklZxcvbnm1234567890',
    'qwertzuiopasdfghjklyxcvbnm1234567890',
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
    '!QAZ2wsx#EDC4rfv%TGB6yhn&UJM8ik,',
    'asdfghjkl;asdfghjkl;asdfghjkl;12',
    'zaq12wsxcde34rfvbgt56yhnmju78ik',
    'qazwsxedcrfvtgbyhnujmikolp123456'
  ],
  'words and sentences': [
    'correct horse battery staple correct',
    'CorrectHorseBatteryStaple1CorrectHorseBatteryStaple2',
    'The quick brown fox jumps over the lazy dog.',
    'The quick brown fox jumps over 13 lazy dogs!',
    'thisisaverysecretkeythatnobodyknows1',
    'This is a very long secret that nobody will ever guess 42',
    'ThisIsMyVeryLongSecretThatNobodyWillGuess1!',
    'Lorem ipsum dolor sit amet, consectetur adipiscing elit',
    'To be, or not to be, that is the question: 1603',
    'monkeydragonbaseballfootballmaster12',
    'Monday-Tuesday-Wednesday-Thursday-1'
  ],
  'what stands for a secret': [
    'changeme-changeme-changeme-changeme',
    'ChangeMe123ChangeMe123ChangeMe123!',
    'CHANGE_ME_IN_PRODUCTION_CHANGE_ME_IN_PRODUCTION',
    'please-change-this-secret-in-production',
    'replace-me-with-a-real-secret-value-2026',
    'REPLACE_ME_WITH_OPENSSL_RAND_BASE64_32',
    '<output of openssl rand -base64 32>',
    'your-256-bit-secret-your-256-bit-secret',
    'your-secret-key-goes-here-1234567890',
    'test-secret-not-for-production-use-0001',
    'undefinedundefinedundefinedundefined',
    '[object Object][object Object][object Object]',
    'process.env.SYNC_SECRET process.env.SYNC_SECRET',
    '$' + '{SYNC_SECRET:?set a secret of 32 bytes}'
  ],
  'names of a project': [
    'feathers-sync feathers-sync feathers-sync',
    'my-company-production-secret-2026-11',
    'our-team-messages-app-secret-key-prod-1',
    'AcmeCorp-Chat-Production-EU-West-1-Secret',
    'acme_chat_prod_eu_west_1_sync_secret_v2',
    'redis://user:password@localhost:6379',
    'amqp://guest:guest@localhost:5672/vhost',
    'https://github.com/feathersjs-ecosystem/feathers-sync'
  ],
  'digits, and what counts': [
    '12345678901234567890123456789012',
    '31415926535897932384626433832795',
    '3.14159265358979323846264338327950288',
    '20260101202601022026010320260104',
    '0123456789abcdef0123456789abcdef',
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
    '00112233445566778899aabbccddeeff',
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    'ffeeddccbbaa99887766554433221100',
    'deadbeefcafebabedeadbeefcafebabe',
    '00000000-0000-0000-0000-000000000000',
    '12345678-1234-1234-1234-123456789012',
    '123e4567-e89b-12d3-a456-426614174000'
  ],
  'little variety': [
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
    'abcabcabcabcabcabcabcabcabcabcabc',
    ' '.repeat(32),
    '-'.repeat(40)
  ],
  'the same, encoded': [
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
    'cGFzc3dvcmRwYXNzd29yZHBhc3N3b3JkcGFzc3dvcmQ=',
    Buffer.from('correct horse battery staple').toString('base64'),
    Buffer.from('correct horse battery staple').toString('hex')
  ]
}

describe('weaknessOf', () => {
  for (const [form, make] of Object.entries(RANDOM)) {
    it(`finds nothing wrong with what is random: ${form}`, () => {
      const refused = Array.from({ length: ROUNDS }, make).filter((secret) => weaknessOf(secret))
      expect(refused).to.deep.equal([])
    })
  }

  for (const [kind, secrets] of Object.entries(GUESSABLE)) {
    it(`refuses ${kind}, without a part of it in the text`, () => {
      const texts = secrets.map((secret) => [secret, weaknessOf(secret)])
      for (const [secret = '', weakness] of texts) {
        const expected = secret.length < 32 ? /^a string of \d+ characters/ : /^a string that can be guessed$/
        expect(weakness, secret).to.match(expected)
      }
    })
  }

  it('refuses what is shorter than 128 random bits in hexadecimal, however random', () => {
    expect(weaknessOf('')).to.equal('an empty string')
    for (const length of [1, 8, 22, 31]) {
      const secret = bytes(32).toString('base64').slice(0, length)
      expect(weaknessOf(secret)).to.equal(`a string of ${length} characters, fewer than 32`)
    }
  })
})
