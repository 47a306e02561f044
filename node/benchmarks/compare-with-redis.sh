#!/usr/bin/env bash
# One Gossamer node beside one redis-server, driven by redis-benchmark in alternating rounds on this machine.
#   compare-with-redis.sh [--rounds 5] [--seconds 4] [--json]
# Prints, per case (GET/SET, 100 B/1 KiB, pipeline 1/16): throughput and server CPU time per operation of both, medians
# over the rounds, and the ratios. CPU time is user + system of the server process, from /proc/PID/stat.
# Needs redis-server and redis-benchmark (apt-get install redis-server redis-tools) and a built node (./gossamer version).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=5 seconds=4 clients=50 keys=100000
while [ $# -gt 0 ]; do
  case $1 in
  --rounds) rounds=$2; shift 2 ;;
  --seconds) seconds=$2; shift 2 ;;
  *) sed -n '2,6p' "$0"; exit 2 ;;
  esac
done
for program in redis-server redis-benchmark redis-cli; do
  command -v "$program" >/dev/null || { echo "$program is not installed: apt-get install redis-server redis-tools" >&2; exit 1; }
done

work=$(mktemp -d)
base=${GOSSAMER_BENCH_PORT:-17379}
redis_port=$((base + 50))
ticks=$(getconf CLK_TCK)
cleanup() {
  "$root/gossamer" down --data "$work/mesh" >/dev/null 2>&1 || true
  [ -n "${redis_pid:-}" ] && kill "$redis_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" --logfile "$work/redis.log" &
redis_pid=$!
"$root/gossamer" up --nodes 1 --replication 1 --base-port "$base" --data "$work/mesh" --memory 512MiB --detach >"$work/up.log" \
  || { cat "$work/up.log" >&2; exit 1; }
gossamer_pid=$(pgrep -f -- "--config $work/mesh/node-0/gossamer.yaml" | head -n 1)

cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
run() { # server(redis|gossamer) test bytes pipeline operations → "rps cpu_us_per_op"
  local port pid before after line
  if [ "$1" = redis ]; then port=$redis_port pid=$redis_pid; else port=$base pid=$gossamer_pid; fi
  before=$(cpu_ticks "$pid")
  line=$(redis-benchmark -p "$port" -t "$2" -d "$3" -P "$4" -n "$5" -c "$clients" -r "$keys" --csv 2>/dev/null | tail -n 1)
  after=$(cpu_ticks "$pid")
  awk -F'","' -v t=$((after - before)) -v hz="$ticks" -v n="$5" '{gsub(/"/, ""); split($0, f, ","); printf "%s %.3f\n", f[2], t / hz * 1e6 / n}' <<<"$line"
}
median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

echo "machine: $(nproc) cores, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), kernel $(uname -r)"
echo "redis:   $(redis-server --version | awk '{print $3}'), --save '' --appendonly no"
echo "node:    $("$root/gossamer" version | head -n 1), $(tr '\0' ' ' <"/proc/$gossamer_pid/cmdline" | grep -oE -- '-X[^ ]+' | tr '\n' ' ')"
echo "load:    redis-benchmark -c $clients -r $keys, $rounds alternating rounds of about $seconds s"
echo "warming both up …"
for pipeline in 1 16; do
  for test in set get; do
    for server in redis gossamer; do
      run $server $test 100 $pipeline $((pipeline == 1 ? 300000 : 2000000)) >/dev/null
    done
  done
done

printf '%-4s %6s %3s | %12s %12s %6s | %10s %10s %6s\n' test bytes P 'redis op/s' 'gossamer' 'ratio' 'redis µs' 'gossamer' 'ratio'
for bytes in 100 1024; do
  for pipeline in 1 16; do
    for test in set get; do
      operations=$((seconds * (pipeline == 1 ? 60000 : 400000)))
      : >"$work/redis"; : >"$work/gossamer"
      for _ in $(seq "$rounds"); do
        for server in redis gossamer; do
          run $server $test $bytes $pipeline $operations >>"$work/$server"
        done
      done
      r=$(awk '{print $1}' "$work/redis" | median) g=$(awk '{print $1}' "$work/gossamer" | median)
      rc=$(awk '{print $2}' "$work/redis" | median) gc=$(awk '{print $2}' "$work/gossamer" | median)
      awk -v t=$test -v b=$bytes -v p=$pipeline -v r="$r" -v g="$g" -v rc="$rc" -v gc="$gc" 'BEGIN {
        printf "%-4s %6d %3d | %12.0f %12.0f %6.2f | %10.2f %10.2f %6.2f\n", toupper(t), b, p, r, g, g / r, rc, gc, gc / rc}'
    done
  done
done
