# Sourced by mvnw and gossamer. Finds JDKs in JAVA_HOME, on the PATH and in the usual install folders.

java_major() { # the major version of the JDK in folder $1; fails when there is none
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | head -n 1
  else
    "$1/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p'
  fi
}

java_folders() {
  [ -n "${JAVA_HOME:-}" ] && echo "$JAVA_HOME"
  local java
  if java=$(command -v java); then
    java=$(readlink -f "$java" 2>/dev/null || echo "$java")
    dirname "$(dirname "$java")"
  fi
  local folder
  for folder in /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -x "$folder/bin/javac" ] && echo "$folder"
  done
  true
}

find_java() { # the first JDK of at least version $1
  local folder major
  while read -r folder; do
    if major=$(java_major "$folder") && [ "${major:-0}" -ge "$1" ]; then
      echo "$folder"
      return 0
    fi
  done < <(java_folders)
  return 1
}

find_java_exactly() { # a JDK of version $1 and no other
  local folder major
  while read -r folder; do
    if major=$(java_major "$folder") && [ "${major:-0}" -eq "$1" ]; then
      echo "$folder"
      return 0
    fi
  done < <(java_folders)
  return 1
}

no_java() {
  cat >&2 <<'TEXT'
Gossamer needs a JDK 25 or newer, and none was found in JAVA_HOME, on the PATH or in the usual folders.
Install one, for example:   apt-get install temurin-25-jdk    or    sdk install java 25-tem
or point JAVA_HOME at one you have.
TEXT
  exit 1
}

# Maven 3.8 or newer: $MAVEN_HOME, the PATH, or one fetched earlier; else fetched from $MVNW_REPOURL, checked by its
# SHA-512 beside it.
find_maven() {
  local maven version=3.9.11 home
  for maven in "${MAVEN_HOME:-/nonexistent}/bin/mvn" "$(command -v mvn || true)"; do
    if [ -x "$maven" ]; then
      echo "$maven"
      return 0
    fi
  done
  home=${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/apache-maven-$version
  if [ ! -x "$home/bin/mvn" ]; then
    [ -n "${MVNW_REPOURL:-}" ] || return 1
    fetch_maven "$version" "$home" || return 1
  fi
  echo "$home/bin/mvn"
}

fetch_maven() {
  local work archive
  work=$(mktemp -d)
  archive=$MVNW_REPOURL/org/apache/maven/apache-maven/$1/apache-maven-$1-bin.tar.gz
  echo "Fetching Maven $1 …" >&2
  curl -fsSL -o "$work/maven.tar.gz" "$archive" && curl -fsSL -o "$work/sum" "$archive.sha512" || return 1
  echo "$(cut -d' ' -f1 "$work/sum")  $work/maven.tar.gz" | sha512sum -c --quiet - >&2 || return 1
  mkdir -p "$(dirname "$2")"
  tar -xzf "$work/maven.tar.gz" -C "$work" && mv "$work/apache-maven-$1" "$2"
  rm -rf "$work"
}

no_maven() {
  cat >&2 <<'TEXT'
Maven was not found. Install version 3.8 or newer (for example: apt-get install maven), or set MVNW_REPOURL to a
Maven repository's address, and mvnw will fetch it from there.
TEXT
  exit 1
}
