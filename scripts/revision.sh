#!/usr/bin/env bash
# Prints the commit that lies here, for `saydo --version`, and nothing where nobody knows. A + at its end says that
# something was changed since. Builds take it as BUILD_REVISION.
set -euo pipefail
cd "$(dirname "$0")/.."
# `git archive` puts the commit here (.gitattributes).
# shellcheck disable=SC2016
archived='$Format:%H$'
case $archived in
  *Format*)
    # What lies in somebody else's repository is not of its commits.
    [ -e .git ] || exit 0
    commit=$(git rev-parse --verify HEAD 2>/dev/null) || exit 0
    commit=${commit:0:12}
    [ -z "$(git status --porcelain)" ] || commit+=+
    ;;
  *) commit=${archived:0:12} ;;
esac
echo "$commit"
