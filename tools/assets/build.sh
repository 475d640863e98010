#!/bin/sh
# Rebuilds src/whatworks/site/static from npm packages at the versions pinned in package.json.
# Users never run this: what it makes is committed and lies inside the wheel.
set -eu
cd "$(dirname "$0")"
static=../../src/whatworks/site/static

npm install --no-package-lock --no-audit --no-fund --ignore-scripts

npx sass --no-source-map --style=compressed --quiet-deps --load-path=node_modules \
  site.scss "$static/site.css"
cp node_modules/htmx.org/dist/htmx.min.js "$static/htmx.min.js"
cp node_modules/vega/build/vega.min.js "$static/vega.min.js"
cp node_modules/vega-lite/build/vega-lite.min.js "$static/vega-lite.min.js"
cp node_modules/vega-embed/build/vega-embed.min.js "$static/vega-embed.min.js"
# A map that is not shipped would be asked for by a browser's developer tools.
sed -i '/^\/\/# sourceMappingURL=/d' "$static"/*.min.js
mkdir -p "$static/fonts"
for weight in 400 700; do
  for subset in latin latin-ext; do
    cp "node_modules/@fontsource/source-sans-3/files/source-sans-3-$subset-$weight-normal.woff2" \
      "$static/fonts/"
  done
done
cp favicon.svg "$static/favicon.svg"
node licences.mjs > "$static/LICENSES.txt"
