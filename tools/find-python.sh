#!/bin/sh
# Prints the newest supported Python (3.13, 3.12, 3.11; else any newer python3), or nothing.
# Looks in PATH and in pyenv's versions; a pyenv shim without a version behind it fails its run.
root="${PYENV_ROOT:-$HOME/.pyenv}"
for minor in 13 12 11; do
  for candidate in "python3.$minor" "$root"/versions/3.$minor.*/bin/python; do
    if "$candidate" -c "import sys; raise SystemExit(sys.version_info[:2] != (3, $minor))" 2>/dev/null; then
      command -v "$candidate"
      exit 0
    fi
  done
done
for candidate in python3 python; do
  if "$candidate" -c "import sys; raise SystemExit(sys.version_info < (3, 11))" 2>/dev/null; then
    command -v "$candidate"
    exit 0
  fi
done
exit 1
