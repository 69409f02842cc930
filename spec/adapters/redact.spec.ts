import { expect } from 'chai'
import { redact } from '../../lib/adapters/redact.js'

describe('redact', () => {
  const cases: Record<string, [uri: string, shown: string]> = {
    'leaves a URI without credentials as it is': ['redis://localhost:6379/2', 'redis://localhost:6379/2'],
    'leaves the path of a socket as it is': ['ipc:///tmp/app.sock', 'ipc:///tmp/app.sock'],
    'leaves a bare scheme as it is': ['ipc:', 'ipc:'],
    'hides a password and shows its user': ['amqp://ada:s3cret@host/vhost', 'amqp://ada:***@host/vhost'],
    'hides a password without a user': ['redis://:s3cret@host', 'redis://:***@host'],
    'hides a lone user name, which may be a token': ['nats://s3cret@host:4222', 'nats://***@host:4222'],
    'hides the query': ['redis://host?password=s3cret', 'redis://host?***'],
    'drops the fragment': ['redis://host/#s3cret', 'redis://host/'],
    'reduces a list of servers to its scheme': ['nats://ada:s3cret@a:4222,b:4222', 'nats:***'],
    'reduces a password with an unescaped slash': ['redis://ada:1/s3cret@host', 'redis:***'],
    'reduces a password with an escaped one': ['redis://ada:1/s3cret%40host', 'redis:***'],
    'reduces a password with an unescaped number sign': ['redis://ada:1#s3cret@host', 'redis:***'],
    'reduces credentials without slashes before them': ['mqtt:ada:s3cret@host', 'mqtt:***'],
    'shows nothing of what is no URI': ['s3cret', '***']
  }
  for (const [title, [uri, shown]] of Object.entries(cases)) {
    it(`${title}: ${shown}`, () => {
      expect(redact(uri)).to.equal(shown)
    })
  }
})
