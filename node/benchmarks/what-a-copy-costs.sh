#!/usr/bin/env bash
# What replication costs: a mesh of three nodes with one copy beside one with two copies that are all acknowledged, driven by
# redis-benchmark in alternating rounds on this machine.
#   what-a-copy-costs.sh [--rounds 5] [--seconds 3]
# First one caller at a time: GET and SET at the key's own primary, and through a node that owns no copy of it. A write with two
# copies waits for its backup; that must cost no more than the one round trip between members that forwarding costs.
# Then many callers: throughput through one node, all keys, and CPU time per operation of all three nodes together (user +
# system, from /proc/PID/stat). Medians over the rounds.
# Needs redis-cli and redis-benchmark (apt-get install redis-tools) and a built node (./gossamer version).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=5 seconds=3 clients=50 keys=100000
while [ $# -gt 0 ]; do
  case $1 in
  --rounds) rounds=$2; shift 2 ;;
  --seconds) seconds=$2; shift 2 ;;
  *) sed -n '2,9p' "$0"; exit 2 ;;
  esac
done
for program in redis-benchmark redis-cli; do
  command -v "$program" >/dev/null || { echo "$program is not installed: apt-get install redis-tools" >&2; exit 1; }
done

work=$(mktemp -d)
ports=([1]=${GOSSAMER_BENCH_PORT:-17379})
ports[2]=$((ports[1] + 1000))
ticks=$(getconf CLK_TCK)
cleanup() {
  for copies in 1 2; do "$root/gossamer" down --data "$work/mesh-$copies" >/dev/null 2>&1 || true; done
  rm -rf "$work"
}
trap cleanup EXIT

declare -A pids tags
for copies in 1 2; do
  "$root/gossamer" up --nodes 3 --replication $copies --base-port "${ports[copies]}" --data "$work/mesh-$copies" --memory 256MiB \
    --detach >"$work/up.log" || { cat "$work/up.log" >&2; exit 1; }
  pids[$copies]=$(pgrep -f -- "--config $work/mesh-$copies/node-" | tr '\n' ' ')
done

# A hash tag whose slot the first node is primary of, and one of whose slot it has no copy.
owners() { # copies tag → the ports (cluster) of the slot's owners, primary first
  local slot
  slot=$(redis-cli -p "${ports[$1]}" cluster keyslot "$2")
  redis-cli -p $((ports[$1] + 100)) --json cluster slots | python3 -c '
import json, sys
slot = int(sys.argv[1])
for range in json.load(sys.stdin):
    if range[0] <= slot <= range[1]:
        print(*[owner[1] for owner in range[2:]])
' "$slot"
}
for copies in 1 2; do
  own=$((ports[copies] + 100))
  for i in $(seq 1000); do
    found=$(owners $copies "t$i")
    case " $found " in
    " $own "*) tags[$copies,own]=${tags[$copies,own]:-t$i} ;;
    *" $own "*) ;;
    *) tags[$copies,other]=${tags[$copies,other]:-t$i} ;;
    esac
    [ -z "${tags[$copies,own]:-}" ] || [ -z "${tags[$copies,other]:-}" ] || break
  done
done

cpu_ticks() { local sum=0 pid; for pid in ${pids[$1]}; do sum=$((sum + $(awk '{print $14 + $15}' "/proc/$pid/stat"))); done; echo $sum; }
value=$(printf 'x%.0s' $(seq 100))
bench() { # copies, connections, pipeline, operations, command… → "op/s p50_us p99_us cpu_us_per_op"
  local copies=$1 connections=$2 pipeline=$3 operations=$4 before after line
  shift 4
  before=$(cpu_ticks "$copies")
  line=$(redis-benchmark -p "${ports[$copies]}" -c "$connections" -P "$pipeline" -n "$operations" -r $keys --csv "$@" 2>/dev/null | tail -n 1)
  after=$(cpu_ticks "$copies")
  awk -v t=$((after - before)) -v hz="$ticks" -v n="$operations" '{
    gsub(/"/, ""); k = split($0, f, ","); printf "%s %.1f %.1f %.2f\n", f[k - 6], f[k - 3] * 1000, f[k - 1] * 1000, t / hz * 1e6 / n}' <<<"$line"
}
median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
column() { awk -v c="$2" '{print $c}' "$work/$1" | median; }

echo "machine: $(nproc) cores, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), kernel $(uname -r)"
echo "nodes:   $("$root/gossamer" version | head -n 1), two meshes of three, one and two copies; values of 100 B"
echo "load:    redis-benchmark, $rounds alternating rounds of about $seconds s"
echo "warming up …"
for copies in 1 2; do
  for command in "set k__rand_int__ $value" "get k__rand_int__"; do
    bench $copies 50 16 1500000 $command >/dev/null
    bench $copies 50 1 200000 $command >/dev/null
  done
  for at in own other; do
    for command in "set {${tags[$copies,$at]}}__rand_int__ $value" "get {${tags[$copies,$at]}}__rand_int__"; do
      bench $copies 1 1 40000 $command >/dev/null
    done
  done
done

echo
echo "One caller at a time"
printf '%-30s %6s | %10s %10s %12s\n' asked copies 'p50 µs' 'p99 µs' 'CPU µs/op'
for ((round = 0; round < rounds; round++)); do
  for copies in 1 2; do
    for at in own other; do
      for test in get set; do
        command="$test {${tags[$copies,$at]}}__rand_int__"
        [ $test = get ] || command="$command $value"
        bench $copies 1 1 $((seconds * 8000)) $command >>"$work/one-$test-$at-$copies"
      done
    done
  done
done
for test in get set; do
  for at in own other; do
    for copies in 1 2; do
      name=one-$test-$at-$copies
      where=$([ $at = own ] && echo 'at its primary' || echo 'through another node')
      printf '%-30s %6d | %10.0f %10.0f %12.1f\n' "${test^^} $where" $copies "$(column $name 2)" "$(column $name 3)" "$(column $name 4)"
    done
  done
done
awk -v hop1="$(column one-set-other-1 2)" -v own1="$(column one-set-own-1 2)" -v own2="$(column one-set-own-2 2)" -v hop2="$(column one-set-other-2 2)" 'BEGIN {
  printf "A round trip between members (SET through another node, one copy): %.0f µs\n", hop1 - own1
  printf "The second copy, at the primary: %.0f µs, %.2f round trips; through another node: %.0f µs, %.2f round trips\n",
    own2 - own1, (own2 - own1) / (hop1 - own1), hop2 - hop1, (hop2 - hop1) / (hop1 - own1)}'

echo
echo "$clients callers, any key, through one node"
printf '%-4s %3s %6s | %10s %10s %10s %12s\n' test P copies 'op/s' 'p50 µs' 'p99 µs' 'CPU µs/op'
for pipeline in 1 16; do
  for ((round = 0; round < rounds; round++)); do
    for copies in 1 2; do
      for test in get set; do
        command="$test k__rand_int__"
        [ $test = get ] || command="$command $value"
        bench $copies $clients $pipeline $((seconds * (pipeline == 1 ? 40000 : 150000))) $command >>"$work/many-$test-$pipeline-$copies"
      done
    done
  done
  for test in get set; do
    for copies in 1 2; do
      name=many-$test-$pipeline-$copies
      printf '%-4s %3d %6d | %10.0f %10.0f %10.0f %12.2f\n' ${test^^} $pipeline $copies \
        "$(column $name 1)" "$(column $name 2)" "$(column $name 3)" "$(column $name 4)"
    done
  done
done
