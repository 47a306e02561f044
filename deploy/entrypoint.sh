#!/bin/sh
# The image's program: a node gets the JVM flags that fit its configuration, every other command runs as it is.
# JAVA_TOOL_OPTIONS adds flags of yours.
set -euf
home=$(dirname "$0")
run() { # the command line, in a small JVM
  java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "$home/gossamer-node.jar" dev.gossamer.node.cli.GossamerCommand "$@"
}
if [ "${1:-}" != node ]; then
  run "$@"
  exit
fi
flags=$(run "$@" --print-jvm-flags)
case $flags in
  -X*) ;;
  *) # --help, for example
    printf '%s\n' "$flags"
    exit
    ;;
esac
IFS='
'
# shellcheck disable=SC2086 # one flag a line
exec java $flags -cp "$home/gossamer-node.jar" dev.gossamer.node.cli.GossamerCommand "$@"
