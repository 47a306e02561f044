#!/usr/bin/env bash
# Traces through 1 % of their footprint in memory over 10 % on an SSD, beside LRU and W-TinyLFU of the same bytes.
#   disk-replay.sh TRACE...
# Prints the hit ratios and what was written for each byte of new records. Needs Java 25 (JAVA_HOME or PATH), and the
# node and its tests compiled (./mvnw -pl node -am package -DskipTests).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
[ $# -gt 0 ] || { sed -n '2,5p' "$0"; exit 2; }
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" --version | head -n 1 | grep -qE ' (2[5-9]|[3-9][0-9])' || { echo "$java is not Java 25: set JAVA_HOME" >&2; exit 1; }
[ -d "$root/node/target/gossamer/lib" ] || { echo "not built: ./mvnw -pl node -am package -DskipTests" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
classpath="$root/node/target/test-classes:$root/node/target/classes:$root/node/target/gossamer/lib/*"
"$java" -Djava.io.tmpdir="$folder" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Xmx1g -cp "$classpath" dev.gossamer.node.store.disk.DiskReplay "$@"
