# export.sh FOLDER USER BIN: exports the site into FOLDER/dump as the module site_export does it, without Python.
#
#   dump            the last good dump
#   dump.listing    what it holds, made while it was new
#   .new-X .old-X   as with site_export: if there is no dump, .old-X is the dump (a run died in between)
#
# The new dump replaces the old one only when it is whole; prints whether it holds anything else.
# shellcheck shell=sh
folder=$(home "$1")
user=$2
bin=$3
me=$(id -un)
[ "$me" = "$user" ] || fail "the export runs as $me but must run as $user; set ae4_become to true, or ae4_user to $me"
need_tools

looked=
admin=
for candidate in "$bin" "$HOME/repo/bin" "$HOME/miniconda2/bin" "$HOME/miniconda/bin"; do
  candidate=$(home "$candidate")
  if [ -z "$candidate" ]; then continue; fi
  looked="$looked $candidate"
  if [ -f "$candidate/anaconda-server-admin" ] && [ -x "$candidate/anaconda-server-admin" ]; then
    admin=$candidate/anaconda-server-admin
    break
  fi
  if [ -n "$bin" ]; then break; fi
done
[ -n "$admin" ] || fail "the command anaconda-server-admin is not in$looked; set ae4_bin_dir to the folder that holds it"

mkdir -p "$folder" || fail "the folder $folder cannot be made"
folder=$(cd "$folder" && pwd) || fail "the folder $1 cannot be entered"
lock "$folder"

# After a run that was killed.
if [ ! -e "$folder/dump" ]; then
  for kept in "$folder"/.old-*; do
    if [ -d "$kept" ]; then mv "$kept" "$folder/dump" && break; fi
  done
fi
rm -rf "$folder"/.new-* "$folder"/.old-* "$folder"/.trash-* "$folder/wanted.names" "$folder/wanted.tar"
if [ -L "$folder/dump" ] || { [ -e "$folder/dump" ] && [ ! -d "$folder/dump" ]; }; then
  fail "the dump $folder/dump must be a folder of its own, not a link or a file; move it away"
fi

fresh=$(mktemp -d "$folder/.new-XXXXXXXX") || fail "no folder can be made in $folder"
give_up() {
  rm -rf "$fresh"
  fail "$1; the last good dump, if any, is untouched"
}

mkdir "$fresh/site"
(
  cd "$fresh/site" || exit 1
  PATH=$(dirname "$admin"):$PATH
  export PATH
  exec "$admin" export-site </dev/null >"$fresh/said" 2>&1
)
code=$?
if [ "$code" != 0 ]; then
  said=$(tail -n 3 "$fresh/said" | cut -c 1-300 | tr -c '[:print:]' ' ')
  give_up "the command anaconda-server-admin export-site ended with exit code $code: ${said% }"
fi

# Where it puts the dump is not documented: site-dump, else the folder itself if owners lie in it, else the only folder.
new=
if [ -d "$fresh/site/site-dump" ] && [ ! -L "$fresh/site/site-dump" ]; then
  new=$fresh/site/site-dump
else
  count=0
  for found in "$fresh"/site/*; do
    if [ ! -d "$found" ] || [ -L "$found" ]; then continue; fi
    count=$((count + 1))
    new=${new:-$found}
    for below in "$found/meta.json" "$found"/*--*; do
      if [ -e "$below" ]; then new=$fresh/site count=1 && break 2; fi
    done
  done
  if [ "$count" != 1 ]; then give_up "the export ended without an error but left no folder site-dump where it was run"; fi
fi

# Whole: an owner, and the meta.json of every package that is not cut off, unless it was so in the last good dump.
any=
cut_off=
for meta in "$new"/*/meta.json; do
  if [ -f "$meta" ]; then any=yes; fi
done
is_cut_off() {
  if [ ! -f "$1/meta.json" ]; then return 0; fi
  case $(tail -c 64 "$1/meta.json" | tr -d ' \t\r\n') in
    *"}") return 1 ;;
  esac
}
for package in "$new"/*/*--*/; do
  if [ ! -d "$package" ]; then continue; fi
  any=yes
  name=${package#"$new"/}
  name=${name%/}
  if ! is_cut_off "$new/$name"; then continue; fi
  if [ ! -d "$folder/dump" ]; then
    warn "in the dump, meta.json is missing or cut off in $(printf '%s' "$name" | tr -c '[:print:]' '?'); its files cannot be migrated"
  elif [ ! -d "$folder/dump/$name" ] || ! is_cut_off "$folder/dump/$name"; then
    cut_off="$cut_off $name"
  fi
done
[ -n "$any" ] || give_up "the export ended without an error but its dump holds neither a package nor an owner's meta.json"
if [ -n "$cut_off" ]; then
  give_up "the new dump is not whole, meta.json is missing or cut off in$(printf '%s' "$cut_off" | tr -c '[:print:]' '?' | cut -c 1-300)"
fi

done=new
if [ -d "$folder/dump" ]; then list_dump "$folder"; fi
listing "$new" "$fresh/listing"
if [ -d "$folder/dump" ] && cmp -s "$fresh/listing" "$folder/dump.listing"; then done=same; fi

# One that lists the same is swapped in too: it puts right what was damaged in the old one since that was listed.
sync
rm -f "$folder/dump.listing.of"
old=$folder/.old-${fresh##*-}
if [ -d "$folder/dump" ]; then mv "$folder/dump" "$old" || give_up "the folder $folder/dump cannot be renamed"; fi
if ! mv "$new" "$folder/dump"; then
  if [ -d "$old" ]; then mv "$old" "$folder/dump"; fi
  give_up "the new dump cannot be moved to $folder/dump"
fi
mv -f "$fresh/listing" "$folder/dump.listing" && identity "$folder/dump" >"$folder/dump.listing.of"
rm -rf "$old" "$fresh"
printf 'ae-done %s\n' "$done"
