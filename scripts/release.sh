#!/bin/sh
# Makes the release of the version in package.json: its SBOM, and the package. Publishes nothing without --publish, which needs a
# dated section in the changelog and, for the provenance, GitHub Actions.
set -eu

version=$(node -p "require('./package.json').version")
case "$version" in
  *-*) tag=${version#*-}; tag=${tag%%.*} ;; # 4.0.0-alpha.1: not what `npm install feathers-sync` installs
  *) tag=latest ;;
esac
grep -Eq "^## \[$version\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md || {
  echo "CHANGELOG.md has no dated section for $version: add \"## [$version] - $(date +%F)\"" >&2
  exit 1
}

npm run build # here, as the SBOM lists what is in it
node scripts/sbom.js > sbom.cdx.json
echo "sbom.cdx.json has $(grep -c '"purl"' sbom.cdx.json) packages"

if [ "${1:-}" = --publish ]; then
  npm publish --ignore-scripts --provenance --tag "$tag"
else
  npm publish --ignore-scripts --dry-run --tag "$tag"
  echo "This was a dry run: nothing was published. The release workflow runs: npm run release -- --publish"
fi
