#!/usr/bin/env bash
# Restarts of a node with many small entries on its SSD and little memory: stopped in order and killed, three times each.
#   disk-restart.sh [--folder /tmp] [--entries 5000000]
# Prints how long it took from the start of the process to the first answer and to the complete index, and how many of
# 100,000 entries it then had as they were written last. The node is started as 'gossamer up' starts one. Takes about 250
# bytes an entry on the file system in question, which are freed at the end.
# Needs Java 25 (JAVA_HOME or PATH), and the node and its tests compiled (./mvnw -pl node -am package -DskipTests).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=/tmp entries=5000000
while [ $# -gt 0 ]; do
  case $1 in
  --folder) folder=$2; shift 2 ;;
  --entries) entries=$2; shift 2 ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
  esac
done
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" --version | head -n 1 | grep -qE ' (2[5-9]|[3-9][0-9])' || { echo "$java is not Java 25: set JAVA_HOME" >&2; exit 1; }
[ -d "$root/node/target/gossamer/lib" ] || { echo "not built: ./mvnw -pl node -am package -DskipTests" >&2; exit 1; }

data=$(mktemp -d -p "$folder" disk-restart-XXXXXX)
trap 'rm -rf "$data"' EXIT
classpath="$root/node/target/test-classes:$root/node/target/classes:$root/node/target/gossamer/lib/*"
"$root/gossamer" version # builds, and records a start
home=$root/node/target/builds/$(<"$root/node/target/builds/current")
"$java" -Dnodes.home="$home" -cp "$classpath" dev.gossamer.node.DiskRestart "$data" "$entries"
