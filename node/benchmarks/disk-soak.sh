#!/usr/bin/env bash
# The SSD tier in a soak: some times its budget written once, then the same keys overwritten four times the budget.
#   disk-soak.sh [--folder /tmp] [--gib 1] [--times 2]
# Prints how large the folder became, what was written for each byte, and how much of it was live; what is read back is
# compared with what was written. Takes --gib, the budget, on the file system in question, which is freed at the end.
# Needs Java 25 (JAVA_HOME or PATH), and the node and its tests compiled (./mvnw -pl node -am package -DskipTests).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=/tmp gib=1 times=2
while [ $# -gt 0 ]; do
  case $1 in
  --folder) folder=$2; shift 2 ;;
  --gib) gib=$2; shift 2 ;;
  --times) times=$2; shift 2 ;;
  *) sed -n '2,6p' "$0"; exit 2 ;;
  esac
done
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" --version | head -n 1 | grep -qE ' (2[5-9]|[3-9][0-9])' || { echo "$java is not Java 25: set JAVA_HOME" >&2; exit 1; }
[ -d "$root/node/target/gossamer/lib" ] || { echo "not built: ./mvnw -pl node -am package -DskipTests" >&2; exit 1; }

log=$(mktemp -d -p "$folder" disk-soak-XXXXXX)
trap 'rm -rf "$log"' EXIT
classpath="$root/node/target/test-classes:$root/node/target/classes:$root/node/target/gossamer/lib/*"
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Xmx1g -XX:MaxDirectMemorySize=1g -cp "$classpath" dev.gossamer.node.store.disk.DiskSoak "$log" "$gib" "$times"
