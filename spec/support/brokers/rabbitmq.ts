import { type Broker, PrivateBroker } from './broker.js'
import type { Place, Recipe, Source } from './command.js'

const ALONE = 'feathers-sync@localhost'

/** Where other nodes of a cluster reach a node. */
export interface ErlangNode {
  /** Of this machine, for this node alone: `127.0.0.2`. */
  address: string
  /** The same for all nodes. */
  port: number
}

export class RabbitBroker extends PrivateBroker {
  readonly name = 'amqp'
  protected readonly recipe: Recipe = {
    program: 'rabbitmq-server',
    image: 'rabbitmq:4-alpine',
    ready: /completed with \d+ plugins/,
    args: () => [],
    env: (place) => environment(place, this.node),
    files: ({ host, port }) => ({
      'rabbitmq.config': `[{rabbit, [{tcp_listeners, [{"${host}", ${port}}]}, {loopback_users, []}]}].`,
      'enabled-plugins': '[].'
    })
  }
  private questions = 0

  /** @param node its Erlang node, where others are to reach it: a name at an address of this machine, which no other node has */
  constructor(
    source?: Source,
    private readonly node?: ErlangNode
  ) {
    super(source)
  }

  private vhosts = 0

  /** The default virtual host, as a user who may do everything there. */
  get uri(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`
  }

  /** Resolves when Erlang has ended its boot, too: that fails where the broker is stopped before. */
  override async start(): Promise<void> {
    await super.start()
    await this.eval(`(fun Wait() -> case init:get_status() of
      {starting, _} -> timer:sleep(10), Wait(); Booted -> Booted end end)()`)
  }

  /**
   * The URI of a new virtual host: as good as a fresh broker, in a few milliseconds.
   *
   * @param metadata of the virtual host, an Erlang map; since RabbitMQ 3.11
   */
  async createVhost(name = `vhost-${++this.vhosts}`, metadata?: string): Promise<string> {
    const all = Array(3).fill('<<".*">>').join(', ')
    await this.eval(`rabbit_vhost:add(<<"${name}">>, ${metadata ? `${metadata}, ` : ''}<<"guest">>),
      rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"${name}">>, ${all}, <<"guest">>)`)
    return `${this.uri}/${name}`
  }

  /** Has the broker close all connections, as `rabbitmqctl close_all_connections` does. */
  async closeConnections(reason = 'closed by a test'): Promise<void> {
    await this.eval(
      `[rabbit_networking:close_connection(C, "${reason}") || C <- rabbit_networking:connections()]`
    )
  }

  /**
   * To clients the same as `kill()`: connections end without a word of AMQP, the port is closed, and what isn't durable is gone.
   * But Erlang goes on, so that `recover()` takes a fifth of the CPU time that `start()` takes.
   */
  async crash(): Promise<void> {
    await this.eval(`rabbit_maintenance:suspend_all_client_listeners(),
      [exit(C, kill) || C <- rabbit_networking:connections()], rabbit:stop()`)
  }

  async recover(): Promise<void> {
    await this.eval('rabbit:start()')
  }

  /**
   * Evaluates Erlang expressions inside the broker and resolves with the result as Erlang prints it: everything
   * that `rabbitmqctl` can do, in a millisecond instead of two seconds.
   */
  async eval(expressions: string): Promise<string> {
    const id = `answer-${++this.questions}`
    const result = `try {ok, begin ${expressions} end} catch Kind:Reason -> {Kind, Reason} end`
    this.daemon.say(`io:format("~n${id} ~0tp~n", [fun() -> ${result} end()]).`)
    const [, answer = ''] = await this.daemon.hear(new RegExp(`\n${id} (.*)\n`))
    const success = /^\{ok,(.*)\}$/.exec(answer)
    if (!success) throw new Error(answer)
    return success[1] ?? ''
  }
}

export async function startRabbit(source?: Source, node?: ErlangNode): Promise<RabbitBroker> {
  const broker = new RabbitBroker(source, node)
  await broker.start()
  return broker
}

let shared: Promise<RabbitBroker> | undefined

/** One for the whole run, as it takes seconds to start: give each test a virtual host of its own. */
export function sharedRabbit(): Promise<RabbitBroker> {
  shared ??= startRabbit()
  return shared
}

/** The same as a broker that crashes and recovers where others are killed and started. */
export async function crashingRabbit(): Promise<Broker> {
  const rabbit = await sharedRabbit()
  const { name, port, uri } = rabbit
  const [stop, kill, start] = [() => rabbit.stop(), () => rabbit.crash(), () => rabbit.recover()]
  return { name, port, uri, stop, kill, start }
}

function environment({ port, folder }: Place, node?: ErlangNode): Record<string, string> {
  const name = node ? `rabbit@${node.address}` : ALONE
  const erlang = [
    // epmd would stay behind
    `-start_epmd false ${node ? `-name ${name}` : `-sname ${name}`}`,
    node
      ? // all nodes of a cluster listen on this port, each on its address
        `-erl_epmd_port ${node.port} -kernel inet_dist_use_interface {${node.address.replaceAll('.', ',')}} -setcookie feathers-sync`
      : // it can't be reached from outside, and the port isn't used
        `-dist_listen false -erl_epmd_port ${port}`,
    // without some busy waiting it spends half of its start on waking threads up
    '+sbwt short +sbwtdio short'
  ]
  return {
    HOME: folder,
    RABBITMQ_NODENAME: name,
    ...(node && { RABBITMQ_USE_LONGNAME: 'true' }),
    RABBITMQ_CONF_ENV_FILE: `${folder}/none`,
    RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.config`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/enabled-plugins`,
    RABBITMQ_MNESIA_BASE: folder,
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: '-',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: erlang.join(' '),
    // the Erlang shell listens on standard input
    RABBITMQ_ALLOW_INPUT: 'true'
  }
}
