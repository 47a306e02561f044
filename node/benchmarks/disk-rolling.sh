#!/usr/bin/env bash
# Three nodes with SSDs restarted one after the other while one entry in a hundred is written anew.
#   disk-rolling.sh [--folder /tmp] [--mib 1024] [--copies 2]
# Prints for each restart how long it took and how many bytes moved between members, and whether every entry has its
# latest value in the end. --mib is what each node holds; takes about six times that on the file system in question,
# which is freed at the end, and three JVMs of --mib / 2 + 448 MiB.
# Needs Java 25 (JAVA_HOME or PATH), and the node and its tests compiled (./mvnw -pl node -am package -DskipTests).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=/tmp mib=1024 copies=2
while [ $# -gt 0 ]; do
  case $1 in
  --folder) folder=$2; shift 2 ;;
  --mib) mib=$2; shift 2 ;;
  --copies) copies=$2; shift 2 ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
  esac
done
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" --version | head -n 1 | grep -qE ' (2[5-9]|[3-9][0-9])' || { echo "$java is not Java 25: set JAVA_HOME" >&2; exit 1; }
[ -d "$root/node/target/gossamer/lib" ] || { echo "not built: ./mvnw -pl node -am package -DskipTests" >&2; exit 1; }

nodes=$(mktemp -d -p "$folder" disk-rolling-XXXXXX)
trap 'rm -rf "$nodes"' EXIT
classpath="$root/node/target/test-classes:$root/node/target/classes:$root/node/target/gossamer/lib/*"
classpath="$classpath:$root/client/thin/target/classes:$root/client/protocol/target/classes"
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dnodes.compiler=-XX:+TieredCompilation \
  -Dnodes.patience=900 \
  -cp "$classpath" dev.gossamer.node.DiskRolling "$nodes" "$mib" "$copies"
