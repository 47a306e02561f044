#!/usr/bin/env bash
# The SSD tier beside RocksDB, fio as the device's limit, and a copy from mapped memory as the machine's.
#   disk-tier.sh [--folder /tmp] [--hot-mib 512] [--cold-mib 4096] [--rounds 5] [--seconds 2] [--only hot|cold|objects|tail]
# Prints operations per second, latency and CPU time of each, medians over the rounds, and the ratios. Takes up to 15 times
# --cold-mib on the file system in question, which is freed at the end.
# Needs fio (apt-get install fio), io_uring, Java 25 (JAVA_HOME or PATH), and the node built with what it is measured beside:
# ./mvnw -Pquick,benchmarks -pl node -am package -DskipTests
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=/tmp hot=512 cold=4096 rounds=5 seconds=2 only=
while [ $# -gt 0 ]; do
  case $1 in
  --folder) folder=$2; shift 2 ;;
  --hot-mib) hot=$2; shift 2 ;;
  --cold-mib) cold=$2; shift 2 ;;
  --rounds) rounds=$2; shift 2 ;;
  --seconds) seconds=$2; shift 2 ;;
  --only) only=$2; shift 2 ;;
  *) sed -n '2,8p' "$0"; exit 2 ;;
  esac
done
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" --version | head -n 1 | grep -qE ' (2[5-9]|[3-9][0-9])' || { echo "$java is not Java 25: set JAVA_HOME" >&2; exit 1; }
command -v fio >/dev/null || { echo "fio is not installed: apt-get install fio" >&2; exit 1; }
[ -d "$root/node/target/benchmarks/lib" ] || {
  echo "not built: ./mvnw -Pquick,benchmarks -pl node -am package -DskipTests" >&2
  exit 1
}

work=$(mktemp -d -p "$folder" disk-tier-XXXXXX)
trap 'rm -rf "$work"' EXIT
libraries="$root/node/target/gossamer/lib/*:$root/node/target/benchmarks/lib/*"
# As a node runs: docs/performance.md says why this collector.
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Xms1500m -Xmx1500m -XX:+UseParallelGC -XX:+UseCompactObjectHeaders \
  -cp "$root/node/target/test-classes:$root/node/target/classes:$libraries" \
  dev.gossamer.node.store.disk.DiskTierBenchmark "$work" "$hot" "$cold" "$rounds" "$seconds" "$only"
