# POSIX sh.  Measures an AE4 host that has no Python: site.sh EXPORT_DIR [BIN_DIR].  Prints, as far as it can be found out,
#   bin=FOLDER  storage=KILOBYTES PATH  partial=PATH  export=FOLDER  parent=FOLDER  writable=yes|no  free=KILOBYTES
# The line "partial" says that a part of the storage could not be read.  Writes nothing.
# shellcheck shell=sh
LC_ALL=C
export LC_ALL
home() {
  case $1 in
    [~]/*) printf '%s' "$HOME/${1#?/}" ;;
    *) printf '%s' "$1" ;;
  esac
}
folder=$(home "$1")
for bin in "$(home "$2")" "$HOME/repo/bin" "$HOME/miniconda2/bin" "$HOME/miniconda/bin"; do
  if [ -z "$bin" ]; then continue; fi
  if [ -f "$bin/anaconda-server-admin" ] && [ -x "$bin/anaconda-server-admin" ]; then
    echo "bin=$bin"
    root=$(PATH=$bin:$PATH "$bin/anaconda-server-config" --get fs_storage_root </dev/null 2>/dev/null | tail -n 1)
    if [ -d "$root" ]; then
      # One pass: the size is the line of numbers, what du complains of has its name in front.
      said=$(du -sk "$root" 2>&1)
      size=$(printf '%s\n' "$said" | grep '^[0-9]' | tail -n 1 | cut -f 1)
      if [ -n "$size" ]; then
        echo "storage=$size $root"
        # What was removed meanwhile is no loss.
        if printf '%s\n' "$said" | grep '^du: ' | grep -v 'No such file or directory' >/dev/null; then echo "partial=$root"; fi
      fi
    fi
    break
  fi
  if [ -n "$2" ]; then break; fi
done
parent=$folder
while [ ! -e "$parent" ] && [ "$parent" != / ] && [ "$parent" != . ]; do
  parent=$(dirname "$parent")
done
echo "export=$folder"
echo "parent=$parent"
if [ -d "$parent" ] && [ -w "$parent" ] && [ -x "$parent" ]; then echo writable=yes; else echo writable=no; fi
free=$(df -Pk "$parent" 2>/dev/null | tail -n 1 | awk '{print $4}')
if [ -n "$free" ]; then echo "free=$free"; fi
