# POSIX sh with find, sort, tar, flock and sha256sum as the Linux systems of AE4's time have them (GNU findutils, coreutils, tar).
# Functions; the scripts beside this one begin with it.
# shellcheck shell=sh
LC_ALL=C
export LC_ALL
umask 077

fail() {
  printf 'ae-failed %s\n' "$1"
  exit 1
}

warn() {
  printf 'ae-warning %s\n' "$1"
}

# A leading ~/ is the home folder of the user this runs as.
home() {
  case $1 in
    [~]/*) printf '%s\n' "$HOME/${1#?/}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

need_tools() {
  for tool in find sort tar flock sha256sum stat mktemp; do
    command -v "$tool" >/dev/null 2>&1 || fail "the command $tool is missing on the host; install it, or use host_python instead"
  done
}

# lock FOLDER: the same lock that site_export takes.  What is started from here inherits it.
lock() {
  true 2>/dev/null >>"$1/.lock" || fail "the file $1/.lock cannot be written"
  exec 9>>"$1/.lock"
  flock -n 9 || fail "another export into $1 is running; wait for its end"
}

# listing FOLDER FILE: what the folder holds.  Records "TYPE SIZE PATH" ended by NUL, an empty record, then the lines of sha256sum.
listing() {
  (
    cd "$1" || exit 1
    find . -mindepth 1 \( -type f -printf 'f %s %P\0' -o -printf '%y 0 %P\0' \) >"$2.names" || exit 1
    find . -type f -exec sha256sum -- {} + >"$2.digests" || exit 1
    {
      sort -z "$2.names" && printf '\0' && sort "$2.digests"
    } >"$2" || exit 1
    rm -f "$2.names" "$2.digests"
  ) || fail "the dump $1 cannot be read as a whole, or $2 cannot be written; look at the rights and the space there"
}

# What a listing is bound to: another dump under the same name has another inode or another time of its name.
identity() {
  stat -c '%d:%i:%z' "$1"
}

# list_dump FOLDER: makes FOLDER/dump.listing unless that is the listing of this very dump.
list_dump() {
  if [ -f "$1/dump.listing" ] && [ "$(cat "$1/dump.listing.of" 2>/dev/null)" = "$(identity "$1/dump")" ]; then
    return
  fi
  rm -f "$1/dump.listing.of"
  listing "$1/dump" "$1/dump.listing.new"
  mv -f "$1/dump.listing.new" "$1/dump.listing" || fail "the file $1/dump.listing cannot be written"
  identity "$1/dump" >"$1/dump.listing.of"
}
