/** The names that `amqpConnectionOptions` may have: those of amqplib's `connect`, of sockets, and of amqp-connection-manager. */
export const CONNECTION_NAMES: readonly string[] = [
  // amqplib
  ...['credentials', 'clientProperties', 'timeout', 'noDelay', 'keepAlive', 'keepAliveDelay'],
  ...['heartbeat', 'channelMax', 'frameMax', 'maxFrameSize', 'locale'],
  // amqp-connection-manager
  ...['connectionOptions', 'heartbeatIntervalInSeconds', 'reconnectTimeInSeconds', 'findServers'],
  // net.connect
  ...['family', 'hints', 'localAddress', 'localPort', 'lookup', 'keepAliveInitialDelay', 'autoSelectFamily'],
  ...['autoSelectFamilyAttemptTimeout', 'allowHalfOpen', 'highWaterMark', 'signal', 'onread'],
  // tls.connect
  ...[
    'ca',
    'cert',
    'key',
    'pfx',
    'passphrase',
    'servername',
    'checkServerIdentity',
    'rejectUnauthorized',
    'ciphers'
  ],
  ...[
    'sigalgs',
    'ecdhCurve',
    'dhparam',
    'minDHSize',
    'minVersion',
    'maxVersion',
    'secureProtocol',
    'secureOptions'
  ],
  ...['secureContext', 'session', 'sessionIdContext', 'sessionTimeout', 'ticketKeys', 'ALPNProtocols', 'crl'],
  ...[
    'honorCipherOrder',
    'requestOCSP',
    'enableTrace',
    'pskCallback',
    'allowPartialTrustChain',
    'clientCertEngine'
  ],
  ...['privateKeyEngine', 'privateKeyIdentifier']
]
