# Weir between two TAPs (bench.sh tap and pair.sh tap only): tap:t1 and tap:t2 in pb-sw, one core.   WEIR_ARGS="--busy"   WEIR_PORTS="SPEC SPEC"
# A JIT compiler needs a longer warm-up than the half second that C gets.
WARM=${WARM:-5}
WEIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/weir
sut_start(){ local k; [ "$KIND" = tap ] || { echo "weir.sh: TAP ports only for now"; return 1; }
  "$WEIR" --version >/dev/null || return 1   # builds it, if it must
  bgns weir $SW taskset -c $SWCPU "$WEIR" run ${WEIR_PORTS:-tap:t1 tap:t2} $WEIR_ARGS   # becomes the JVM: ip, taskset and weir exec
  for k in $(seq 100); do grep -qs ready $RUN/weir.log && return 0; kill -0 $(cat $RUN/weir.pid) 2>/dev/null || break; sleep 0.1; done; cat $RUN/weir.log; return 1; }
sut_pids(){ cat $RUN/weir.pid; }
sut_stop(){ kpid weir; cat $RUN/weir.log >>$RUN/weir.all; }
