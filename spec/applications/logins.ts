import { AuthenticationService, authenticate, JWTStrategy } from '@feathersjs/authentication'
import { hooks, LocalStrategy } from '@feathersjs/authentication-local'
import type { Application } from '@feathersjs/feathers'
import { memory } from '@feathersjs/memory'

/** Local and JWT authentication, as Feathers documents it; the service is under a second path too. */
export function withLogins(app: Application): void {
  app.set('authentication', {
    secret: 'a secret of the tests',
    entity: 'user',
    service: 'users',
    authStrategies: ['jwt', 'local'],
    local: { usernameField: 'email', passwordField: 'password' }
  })
  const authentication = new AuthenticationService(app)
  authentication.register('jwt', new JWTStrategy())
  authentication.register('local', new LocalStrategy())
  app.use('authentication', authentication)
  app.use('login', app.service('authentication'))
  app.use('users', memory())
  app.service('users').publish(() => [])
  app.service('users').hooks({ before: { create: [hooks.hashPassword('password')] } })
  app.use('messages', memory(), { events: ['marked'] })
  app.service('messages').hooks({ before: { create: [authenticate('jwt')] } })
}
