#!/bin/sh
# Any other CI: certifies the plugin in the working directory. Exit code: 0 conforming, 1 not conforming, 2 cannot judge, 3 wrong call.
set -u
report="${KALICO_REPORT:-kalico-report}"
code=0
npx kalico-hil certify . --effort "${KALICO_EFFORT:-quick}" --report "$report" --junit "$report/junit.xml" --sarif "$report/kalico.sarif" --counter-examples "$report/counter-examples" || code=$?
[ -e "$report/RUN.json" ] && npx kalico-hil summary "$report/RUN.json" --out "$report/summary.md"
exit "$code"
