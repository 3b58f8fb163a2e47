# list.sh FOLDER: lists the dump in an export folder.
# shellcheck shell=sh
folder=$(home "$1")
need_tools
[ -d "$folder/dump" ] || fail "there is no dump in $folder; export the site first"
lock "$folder"
list_dump "$folder"
printf 'ae-done same\n'
