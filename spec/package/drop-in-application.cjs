// An application that follows the documentation of feathers-sync 3, as two instances. It knows nothing of version 4.
// Prints what the listeners of each instance saw.
const { feathers } = require('@feathersjs/feathers')
const sync = require('feathers-sync')
const { SYNC } = require('feathers-sync')
const configure = require('./configure')

class TodoService {
  async create(data) {
    return data
  }
  async update(id, data) {
    return { ...data, id }
  }
  async patch(id, data) {
    return { ...data, id }
  }
  async remove(id) {
    return { id }
  }
}

const events = ['created', 'updated', 'patched', 'removed', 'done']

function createInstance() {
  const app = feathers()
  app.configure(configure(sync))
  app.use('/todos', new TodoService(), { events: ['done'] })
  app.service('todos').hooks({
    after: {
      create(context) {
        // Don't synchronize if more than 2 items were created at once
        if (context.result.length > 2) {
          context[SYNC] = false
        }

        return context
      }
    }
  })
  const seen = []
  for (const event of events) {
    app.service('todos').on(event, (data, context) => {
      const { due } = data
      seen.push({
        event,
        data,
        due: due && { isDate: due instanceof Date, iso: new Date(due).toISOString() },
        context: context && {
          own: context.app === app && context.service === app.service('todos'),
          path: context.path,
          method: context.method,
          params: context.params
        }
      })
    })
  }
  return { app, seen, todos: app.service('todos') }
}

const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function main() {
  const [one, two] = [createInstance(), createInstance()]
  await Promise.all([one, two].map(({ app }) => app.sync.ready))
  let expected = 0
  const act = async (call) => {
    await call()
    expected += 1
    await until(() => one.seen.length >= expected && two.seen.length >= expected)
  }
  const params = { clientId: 'abc', user: { id: 7 } }
  await act(() => one.todos.create({ id: 1, text: 'first', due: new Date(0) }, params))
  await act(() => two.todos.update(1, { text: 'second' }, params))
  await act(() => one.todos.patch(1, { text: 'third' }))
  await act(() => two.todos.remove(1))
  await act(() => one.todos.emit('done', { id: 1 }))
  await one.todos.create([{ id: 2 }, { id: 3 }, { id: 4 }])
  await until(() => one.seen.length >= expected + 3)
  one.seen.splice(expected, 3) // not synchronized: two must not have them before the next one
  await act(() => one.todos.create({ id: 5, text: 'last' }))
  console.log(JSON.stringify({ type: one.app.sync.type, one: one.seen, two: two.seen }))
  process.exit(0)
}

main()
