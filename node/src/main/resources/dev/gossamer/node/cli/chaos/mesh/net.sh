#!/usr/bin/env bash
# Several hosts on one machine: network namespaces PREFIX-0 … PREFIX-(N-1) for members and PREFIX-c for clients, joined by
# a bridge in PREFIX-hub, with no way out. The machine's own network is never touched.
#   net.sh check             exits with 1 and a sentence when something is missing
#   net.sh up PREFIX N       member I gets 10.77.0.(I+1), the clients 10.77.0.254
#   net.sh rules PREFIX      reads rules, one a line, from standard input:
#     drop I J | undrop I J                what I sends to J, all of it
#     lose I J PERCENT | unlose I J PERCENT  some of it
#     slow I KILOBITS | unslow I KILOBITS  whatever I sends passes at so many kilobits a second
#   net.sh heal PREFIX       everything flows again
#   net.sh down PREFIX       ends what still runs in the namespaces and removes them
#   net.sh forget NAME       the same for every PREFIX of the form NAME-PID whose process PID is gone
set -euo pipefail
cmd=$1
shift

fail() { echo "$*" >&2; exit 1; }

spaces() { # of prefix $1
  local file
  for file in /run/netns/"$1"-*; do
    if [ -e "$file" ]; then basename "$file"; fi
  done
}

inside() { # never `ip netns exec`: it mounts /sys anew, without the control groups
  local space=$1
  shift
  nsenter --net=/run/netns/"$space" "$@"
}

address() { echo "10.77.0.$(($1 + 1))"; }

join() { # namespace $2 of prefix $1 gets address $3
  ip netns add "$1-$2"
  ip -n "$1-$2" link set lo up
  ip link add e0 netns "$1-$2" type veth peer name "p$2" netns "$1-hub"
  ip -n "$1-hub" link set "p$2" master br0 up
  ip -n "$1-$2" addr add "$3/24" dev e0
  ip -n "$1-$2" link set e0 up
}

loss() { # the rule itself; $1 adds (-A) or deletes (-D) it at receiver $3
  inside "$2-$4" iptables -w "$1" INPUT -s "$(address "$3")" -m statistic --mode random \
    --probability "0.$(printf '%02d' "$5")" -j DROP
}

rule() { # of prefix $1
  local prefix=$1
  shift
  case $1 in
    drop) inside "$prefix-$3" iptables -w -A INPUT -s "$(address "$2")" -j DROP ;;
    undrop) inside "$prefix-$3" iptables -w -D INPUT -s "$(address "$2")" -j DROP ;;
    lose) loss -A "$prefix" "$2" "$3" "$4" ;;
    unlose) loss -D "$prefix" "$2" "$3" "$4" ;;
    slow) tc -n "$prefix-$2" qdisc add dev e0 root tbf rate "$3kbit" burst 32kbit latency 400ms ;;
    unslow) tc -n "$prefix-$2" qdisc del dev e0 root ;;
    *) fail "unknown rule: $*" ;;
  esac
}

remove() { # everything of prefix $1
  local space pid
  for space in $(spaces "$1"); do
    for pid in $(ip netns pids "$space"); do kill -KILL "$pid" 2>/dev/null || true; done
  done
  for space in $(spaces "$1"); do ip netns del "$space"; done
}

case $cmd in
  check)
    [ "$(uname)" = Linux ] || fail "network namespaces exist on Linux only"
    [ "$(id -u)" = 0 ] || fail "network namespaces need root; run it as root"
    for tool in ip tc iptables nsenter; do
      command -v "$tool" >/dev/null || fail "'$tool' is missing; install iproute2, iptables and util-linux"
    done
    probe=gossamer-probe-$$
    ip netns add "$probe" 2>/dev/null || fail "this machine does not let root make a network namespace (ip netns add)"
    trap 'ip netns del "$probe"' EXIT
    inside "$probe" iptables -w -A INPUT -s 10.77.0.1 -j DROP 2>/dev/null || fail "iptables does not work in a network namespace here"
    ;;
  up)
    prefix=$1
    ip netns add "$prefix-hub"
    ip -n "$prefix-hub" link add br0 type bridge
    ip -n "$prefix-hub" link set br0 up
    for ((i = 0; i < $2; i++)); do join "$prefix" "$i" "$(address "$i")"; done
    join "$prefix" c 10.77.0.254
    ;;
  rules)
    while read -r line; do
      # shellcheck disable=SC2086
      rule "$1" $line
    done
    ;;
  heal)
    for space in $(spaces "$1"); do
      inside "$space" iptables -w -F INPUT
      tc -n "$space" qdisc del dev e0 root 2>/dev/null || true
    done
    ;;
  down) remove "$1" ;;
  forget)
    for hub in /run/netns/"$1"-*-hub; do
      if [ ! -e "$hub" ]; then continue; fi
      prefix=$(basename "$hub" -hub)
      if ! kill -0 "${prefix##*-}" 2>/dev/null; then remove "$prefix"; fi
    done
    ;;
  *) fail "unknown command: $cmd" ;;
esac
