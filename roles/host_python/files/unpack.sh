# POSIX sh.  unpack.sh ARCHIVE DEST: unpacks a tar archive into a fresh folder and makes that DEST.
# What was at DEST is of no use (else this would not run) and is moved aside to DEST.old.
# Two sites may be one machine, so two of these may run at once.  Each unpacks into a folder of its own, and one after the
# other takes the lock, a folder, to put it in place.  Who comes second finds what the first put there and leaves it.
# shellcheck shell=sh
LC_ALL=C
export LC_ALL
archive=$1
dest=$2
case $archive in [~]/*) archive=$HOME/${archive#?/} ;; esac
case $dest in [~]/*) dest=$HOME/${dest#?/} ;; esac
fresh=
lock=$dest.lock
locked=

fail() {
  clean
  rm -f "$archive"
  printf 'ae-failed %s\n' "$1"
  exit 1
}

clean() {
  if [ -n "$fresh" ]; then rm -rf "$fresh"; fi
  if [ -n "$locked" ]; then rmdir "$lock" 2>/dev/null; fi
}

# Whether a Python from this archive is at DEST and runs.  Where the archive is gone, another run has unpacked and removed it.
mark=.ae-unpacked-from
sum=$(cksum 2>/dev/null <"$archive")
there() {
  [ -f "$dest/$mark" ] || return 1
  if [ -f "$archive" ] && [ "$(cat "$dest/$mark")" != "$sum" ]; then return 1; fi
  for python in "$dest/bin/python3" "$dest"/*/bin/python3; do
    if [ -x "$python" ] && "$python" -c '' </dev/null >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

finish() {
  clean
  rm -f "$archive"
  printf 'ae-unpacked %s\n' "$dest"
  exit 0
}

if there; then finish; fi
mkdir -p "$(dirname "$dest")" || fail "the folder of $dest cannot be made"
fresh=$(mktemp -d "$dest.new.XXXXXX" 2>/dev/null) || { fresh=; fail "a folder beside $dest cannot be made"; }
said=$(tar -x -o -f "$archive" -C "$fresh" 2>&1) || { if there; then finish; fi; fail "tar said: $(printf '%s' "$said" | tail -n 2 | tr '\n' ' ')"; }
# mktemp closes what it makes to others.
chmod "$(umask -S),go-w" "$fresh"
printf '%s\n' "$sum" >"$fresh/$mark" || fail "the folder $fresh cannot be written"
trap 'clean; exit 1' HUP INT TERM
waited=0
until mkdir "$lock" 2>/dev/null; do
  # A rename takes no time: after a minute whoever made the lock is gone.
  waited=$((waited + 1))
  if [ "$waited" -gt 60 ]; then rmdir "$lock" 2>/dev/null || fail "the folder $lock is in the way; remove it"; fi
  sleep 1
done
locked=yes
if there; then finish; fi
if [ -e "$dest" ]; then
  rm -rf "$dest.old"
  mv "$dest" "$dest.old" || fail "the folder $dest cannot be moved aside"
fi
mv "$fresh" "$dest" || fail "the folder $fresh cannot be renamed"
fresh=
finish
