#!/bin/sh
# The documentation site: `dev` serves it, `build` writes docs/.vitepress/dist, `check` checks its types, spelling and Markdown, builds
# it, and tries the page "Watch a repair" in Chromium.
# Its tools are packages of docs/package.json, which are installed first if one is missing or too old.
set -eu
cd "$(dirname "$0")/../docs"

npm ls --depth=0 >/dev/null 2>&1 || npm install --no-audit --no-fund --no-package-lock
npx typedoc
case $1 in
  dev) exec npx vitepress dev ;;
  build) npx vitepress build ;;
  check)
    npx vue-tsc --project .vitepress/theme
    npx vitepress build
    npx cspell lint --no-progress
    npx markdownlint-cli2
    cd ..
    sh scripts/ensure-chromium.sh
    npx mocha "spec/browser/site/*.spec.ts"
    ;;
esac
