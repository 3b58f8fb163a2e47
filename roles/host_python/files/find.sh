# POSIX sh.  Asks each interpreter given as a pattern for its version and for the libraries in $libraries, and prints
#   ae-python NUMBER ORDER VERSION LACKING PATH
# a line for each that answers.  NUMBER is that of the pattern, ORDER the version as text that can be sorted, LACKING the
# libraries it cannot import, joined by commas, or "-".  A leading ~/ is the home folder of the user this runs as.
# shellcheck shell=sh
LC_ALL=C
export LC_ALL
question='
import sys
lacking = []
for name in sys.argv[1:]:
    try:
        __import__(name)
    except Exception:
        lacking.append(name)
sys.stdout.write("ae-answer %03d%03d%03d %d.%d.%d %s\n" % (tuple(sys.version_info[:3]) * 2 + (",".join(lacking) or "-",)))
'
number=0
for pattern in "$@"; do
  number=$((number + 1))
  case $pattern in
    [~]/*) pattern=$HOME/${pattern#?/} ;;
  esac
  # The pattern is to be expanded, not split.
  IFS=
  # shellcheck disable=SC2086
  for path in $pattern; do
    unset IFS
    if [ ! -f "$path" ] || [ ! -x "$path" ]; then continue; fi
    case ${path##*/} in
      *-config | *-gdb.py) continue ;;
    esac
    # shellcheck disable=SC2086,SC2154
    answer=$("$path" -c "$question" $libraries </dev/null 2>/dev/null | grep '^ae-answer ') || continue
    printf 'ae-python %03d %s %s\n' "$number" "${answer#ae-answer }" "$path"
  done
  unset IFS
done
