# POSIX sh.  unpack.sh ARCHIVE DEST: unpacks a tar archive into a fresh folder and makes that DEST.
# What was at DEST is of no use (else this would not run) and is moved aside to DEST.old.
# shellcheck shell=sh
LC_ALL=C
export LC_ALL
archive=$1
dest=$2
case $archive in [~]/*) archive=$HOME/${archive#?/} ;; esac
case $dest in [~]/*) dest=$HOME/${dest#?/} ;; esac
fresh=$dest.new

fail() {
  rm -rf "$fresh" "$archive"
  printf 'ae-failed %s\n' "$1"
  exit 1
}

rm -rf "$fresh"
mkdir -p "$fresh" || fail "the folder $fresh cannot be made"
said=$(tar -x -o -f "$archive" -C "$fresh" 2>&1) || fail "tar said: $(printf '%s' "$said" | tail -n 2 | tr '\n' ' ')"
rm -f "$archive"
chmod go-w "$fresh"
if [ -e "$dest" ]; then
  rm -rf "$dest.old"
  mv "$dest" "$dest.old" || fail "the folder $dest cannot be moved aside"
fi
mv "$fresh" "$dest" || fail "the folder $fresh cannot be renamed"
printf 'ae-unpacked %s\n' "$dest"
