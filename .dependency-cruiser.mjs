// Which room may import what, types included. What a room's line does not name, it must not import.

export default {
  forbidden: [
    room('emitter', 'sync/', 'message/', 'delivery/', 'adapters/'),
    room('sync', 'feathers/', 'message/', 'delivery/', 'adapters/', 'sealing/'),
    room('sealing', 'delivery/environment.ts', 'delivery/wire/frame.ts'),
    room('feathers', 'message/'),
    room('message'),
    room('delivery', 'adapters/link.ts'),
    room('delivery/wire'),
    room('delivery/send', 'delivery/wire/', 'delivery/*.ts', 'adapters/link.ts'),
    room('delivery/receive', 'delivery/wire/', 'delivery/*.ts'),
    room('adapters'),
    room('cli', 'sync/', 'message/', 'delivery/', 'adapters/', 'emitter/', 'sealing/'),
    rule('nothing imports the command line', { from: 'lib/(?!cli/|cli\\.ts$)', to: '^lib/cli(/|\\.ts$)' }),
    rule('the command line and the emitter run without Feathers', {
      from: 'lib/(cli|emitter)/',
      to: '^lib/sync/(app-sync|container|core|declarations|sync)\\.ts$'
    }),
    room('prometheus', 'index.ts', 'adapters/library.ts'), // of the library only types, as `feathers-sync`
    rule('a broker knows the base of all adapters, and no other broker', {
      from: 'lib/adapters/([^/]+)/',
      to: '^lib/',
      except: ['lib/(bytes|errors)\\.ts$', 'lib/adapters/[^/]+\\.ts$', 'lib/adapters/$1/']
    }),
    rule('the base of all adapters knows no broker', {
      from: 'lib/adapters/[^/]+\\.ts$',
      to: '^lib/adapters/[^/]+/'
    }),
    rule('a driver is known to its adapter only', {
      from: 'lib/(?!adapters/[^/]+/)',
      to: 'node_modules/(amqplib|nats|@nats-io|redis)/'
    }),
    rule('prom-client is known to prometheus/ only', {
      from: 'lib/(?!prometheus[./])',
      to: 'node_modules/prom-client/'
    }),
    rule('Feathers is known to feathers/ and sync/ only', {
      from: 'lib/(message|delivery|adapters|sealing|cli|emitter)/',
      to: 'node_modules/@feathersjs/'
    }),
    rule('bytes.ts and errors.ts are for all, so they import nothing', {
      from: 'lib/(bytes|errors)\\.ts$',
      to: '^lib/'
    }),
    rule('the library does without its tests and tools', { from: 'lib/', to: '^(spec|bench|demo)/' }),
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } }
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' }
  }
}

/** What is in a room imports the room, bytes.ts, errors.ts and what is named: never the entry points on top of lib/. */
function room(name, ...allowed) {
  const pattern = (path) => `lib/${path.replace('.', '\\.').replace('*', '[^/]+')}`
  const all = ['bytes.ts', 'errors.ts', ...allowed]
  return rule(`${name}/ → ${all.join(', ')}`, {
    from: `lib/${name}/`,
    to: '^lib/',
    except: [`${name}/`, ...all].map(pattern)
  })
}

function rule(name, { from, to, except = [] }) {
  return {
    name,
    severity: 'error',
    from: { path: `^${from}` },
    to: { path: to, pathNot: except.map((path) => `^${path}`) }
  }
}
