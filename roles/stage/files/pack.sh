# pack.sh FOLDER: packs the files of the dump that FOLDER/wanted.names names into FOLDER/wanted.tar.
# shellcheck shell=sh
folder=$(home "$1")
lock "$folder"
umask 077
said=$(tar --format=gnu --hard-dereference --no-recursion -C "$folder/dump" --null -T "$folder/wanted.names" -cf "$folder/wanted.tar" 2>&1) || {
  rm -f "$folder/wanted.tar"
  fail "the files could not be packed in $folder: $(printf '%s' "$said" | tail -n 2 | tr '\r\n' '  ')"
}
rm -f "$folder/wanted.names"
printf 'ae-done packed\n'
