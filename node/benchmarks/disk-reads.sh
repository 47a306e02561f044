#!/usr/bin/env bash
# The SSD tier's ways to the disk beside fio as the device's limit and a copy from mapped memory as the machine's.
#   disk-reads.sh [--folder /tmp] [--gib 8] [--rounds 3] [--seconds 2] [--file FILE] [--only cold|objects|hot]
# Prints operations per second, latency and CPU time of each, medians over the rounds, and the ratios. Makes a file of
# the given size on the file system in question, or takes the one that is named, which stays.
# Needs fio (apt-get install fio), io_uring, Java 25 (JAVA_HOME or PATH), and the node and its
# tests compiled (./mvnw -pl node -am package -DskipTests).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=/tmp gib=8 rounds=3 seconds=2 file= only=
while [ $# -gt 0 ]; do
  case $1 in
  --folder) folder=$2; shift 2 ;;
  --gib) gib=$2; shift 2 ;;
  --rounds) rounds=$2; shift 2 ;;
  --seconds) seconds=$2; shift 2 ;;
  --file) file=$2; shift 2 ;;
  --only) only=$2; shift 2 ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
  esac
done
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" --version | head -n 1 | grep -qE ' (2[5-9]|[3-9][0-9])' || { echo "$java is not Java 25: set JAVA_HOME" >&2; exit 1; }
command -v fio >/dev/null || { echo "fio is not installed: apt-get install fio" >&2; exit 1; }
[ -d "$root/node/target/gossamer/lib" ] || { echo "not built: ./mvnw -pl node -am package -DskipTests" >&2; exit 1; }

if [ -z "$file" ]; then
  file=$(mktemp -p "$folder" disk-reads-XXXXXX)
  trap 'rm -f "$file"' EXIT
  head -c "${gib}GiB" /dev/urandom >"$file"
  sync "$file"
fi
classpath="$root/node/target/test-classes:$root/node/target/classes:$root/node/target/gossamer/lib/*"
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Xmx1g -XX:MaxDirectMemorySize=1g -cp "$classpath" \
  dev.gossamer.node.store.disk.io.DiskReadBenchmark "$file" "$rounds" "$seconds" "$only"
