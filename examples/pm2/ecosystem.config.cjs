// The same application in PM2's cluster mode.
//
// Run: pm2 start examples/pm2/ecosystem.config.cjs (in this repository after npm run build)
// All processes of PM2 belong to one user, so they find each other over `ipc:`.

const { join } = require('node:path')

module.exports = {
  apps: [
    {
      name: 'my-application',
      script: join(__dirname, '../server.mjs'),
      exec_mode: 'cluster',
      instances: 3,
      wait_ready: true, // `pm2 reload` ends an old process when the new one is connected and listens
      kill_timeout: 5000 // longer than closeTimeout, 3 s
    }
  ]
}
