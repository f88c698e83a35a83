# Weir on one core, in pb-sw: tap:t1 and tap:t2 (bench.sh tap), xdp:s1 and xdp:s2 (bench.sh veth).   WEIR_ARGS="--busy" WEIR_PORT=xdp WEIR_PORTS="tap:t1 tap:t2?mtu=9000"
# A JIT compiler needs a longer warm-up than the half second that C gets.
WARM=${WARM:-5}
WEIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/weir
sut_start(){ local k p1 p2; case $KIND in tap) p1=tap:t1 p2=tap:t2;; veth) p1=${WEIR_PORT:-xdp}:s1 p2=${WEIR_PORT:-xdp}:s2;; esac
  "$WEIR" --version >/dev/null || return 1   # builds it, if it must
  bgns weir $SW taskset -c $SWCPU "$WEIR" run ${WEIR_PORTS:-$p1 $p2} $WEIR_ARGS   # becomes the JVM: ip, taskset and weir exec
  for k in $(seq 100); do grep -qs ready $RUN/weir.log && return 0; kill -0 $(cat $RUN/weir.pid) 2>/dev/null || break; sleep 0.1; done; cat $RUN/weir.log; return 1; }
sut_pids(){ cat $RUN/weir.pid; }
sut_stop(){ kpid weir xp1; cat $RUN/weir.log >>$RUN/weir.all; }
# As for the others on AF_XDP: an XDP program on v1 makes it poll, so that what the switch sends there costs what it costs for v2.
sut_post(){ [ "$KIND${WEIR_PORT:-xdp}" = vethxdp ] && bgns xp1 $N1 $D/sink -i v1 -m pass -a; true; }
