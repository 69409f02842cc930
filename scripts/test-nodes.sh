#!/bin/sh
# Syncs two applications by the built package under each version of Node it says it runs on, and runs the conformance suite, on
# brokers as well. With --short it leaves the suite out.
set -eu
npm run build
for version in 20.19 22.12 22 24 26; do
  npx -y -p "node@$version" node scripts/smoke.cjs
  [ "${1-}" = --short ] || npx -y -p "node@$version" node node_modules/mocha/bin/mocha.js --reporter dot \
    'spec/adapters/{ipc,nats,redis}/*-adapter.spec.ts' --grep 'as a SyncAdapter'
done
