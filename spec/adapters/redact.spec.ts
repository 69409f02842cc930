import { expect } from 'chai'
import { redact } from '../../lib/adapters/redact.js'

describe('redact', () => {
  const cases: Record<string, [uri: string | string[], shown: string]> = {
    'leaves a URI without credentials as it is': ['redis://localhost:6379/2', 'redis://localhost:6379/2'],
    'leaves the path of a socket as it is': ['ipc:///tmp/app.sock', 'ipc:///tmp/app.sock'],
    'leaves a bare scheme as it is': ['ipc:', 'ipc:'],
    'hides a password and shows its user': ['amqp://ada:s3cret@host/vhost', 'amqp://ada:***@host/vhost'],
    'hides a password without a user': ['redis://:s3cret@host', 'redis://:***@host'],
    'hides a lone user name, which may be a token': ['nats://s3cret@host:4222', 'nats://***@host:4222'],
    'hides the query': ['redis://host?password=s3cret', 'redis://host?***'],
    'drops the fragment': ['redis://host/#s3cret', 'redis://host/'],
    'shows each of a list': [['nats://s3cret@a', 'nats://ada:s3cret@b'], 'nats://***@a,nats://ada:***@b'],
    'shows each of a text with several': [
      'nats://a, nats://ada:s3cret@b,nats://ada:s3cret#@c',
      'nats://a,nats://ada:***@b,nats:***'
    ],
    'shows each of several hosts': [
      'amqp://ada:s3cret@a:1,b:2/vhost',
      'amqp://ada:***@a:1/vhost,amqp://ada:***@b:2/vhost'
    ],
    'hides what may be a password with a comma': ['nats://a:4222,ada:s3cret@b', 'nats://a:***@b'],
    'hides what may be several passwords': ['nats://ada:s3cret@a,ada:s3cret@b', 'nats://ada:***@b'],
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
