#!/bin/sh
# Loads the built package, and syncs two applications, under each version of Node it says it runs on.
set -eu
npm run build
for version in 20.19 22.12 22 24; do
  npx -y -p "node@$version" node scripts/smoke.cjs
done
