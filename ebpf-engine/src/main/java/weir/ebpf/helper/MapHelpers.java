// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapHandles;
import weir.ebpf.map.MessageMap;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpAction;

/** Helpers about maps and the locks in their values. Addresses and maps are checked. */
final class MapHelpers {
    /** Low bits of the flags: what to return where the map has no entry. */
    private static final long ACTION = 3;

    /** Tries before a lock's holder is taken to be gone; a holder that runs is done in far less. */
    private static final int MAX_SPINS = 1 << 26;

    private MapHelpers() {}

    static long call(RunState run, HelperFunction function, long a, long b, long c, long d) {
        if (function == HelperFunction.SPIN_LOCK) {
            return lock(run, a);
        }
        if (function == HelperFunction.SPIN_UNLOCK) {
            if (!run.unlock(a)) {
                run.fail(FaultKind.LOCK, a);
            }
            return 0;
        }
        EbpfMap map = MapHandles.find(a);
        if (map == null) {
            run.fail(FaultKind.ARGUMENT, a);
            return 0;
        }
        return switch (function) {
            case MAP_LOOKUP_ELEM -> lookup(run, map, b);
            case MAP_LOOKUP_PERCPU_ELEM -> lookupOf(run, map, b, c);
            case MAP_UPDATE_ELEM -> map.update(b, c, d, run.cpu());
            case MAP_DELETE_ELEM -> map.delete(b);
            default -> map instanceof MessageMap ordered ? ordered(ordered, function, b, c) : -Errno.EOPNOTSUPP;
        };
    }

    private static long ordered(MessageMap map, HelperFunction function, long value, long flags) {
        return switch (function) {
            case MAP_PUSH_ELEM -> map.push(value, flags);
            case MAP_POP_ELEM -> map.pop(value);
            default -> map.peek(value);
        };
    }

    private static long lookup(RunState run, EbpfMap map, long key) {
        long value = map.lookup(key, run.cpu());
        if (value != 0 && map.spec().type().isMapInMap()) {
            EbpfMap inner = MapHandles.find(value);
            if (inner == null) {
                return 0;
            }
            run.meet(inner);
        }
        return value;
    }

    /** {@code bpf_map_lookup_percpu_elem}; a CPU that does not exist has no value. */
    private static long lookupOf(RunState run, EbpfMap map, long key, long cpu) {
        int number = (int) cpu;
        return number < 0 || number >= run.host().cpus() ? 0 : map.lookup(key, number);
    }

    private static long lock(RunState run, long address) {
        if (!run.hold(address)) {
            run.fail(FaultKind.LOCK, address);
            return 0;
        }
        for (int i = 0; i < MAX_SPINS; i++) {
            if (Mem.compareAndExchangeInt(address, 0, 1) == 0) {
                return 0;
            }
            Thread.onSpinWait();
        }
        run.forgetLock();
        run.fail(FaultKind.LOCK, address);
        return 0;
    }

    static long redirect(RunState run, long handle, long key, long flags) {
        if (!(MapHandles.find(handle) instanceof RedirectMap map)) {
            run.fail(FaultKind.ARGUMENT, handle);
            return 0;
        }
        return redirect(run, map, key, flags);
    }

    /**
     * {@code bpf_xdp_redirect_map}, {@code __bpf_xdp_redirect_map} of {@code include/linux/filter.h}: the entry is
     * looked up here and nowhere else.
     */
    static long redirect(RunState run, RedirectMap map, long key, long flags) {
        if ((flags & ~ACTION) != 0) {
            return broadcast(run, map, key, flags);
        }
        int port = map.plainPort((int) key);
        if (port <= 0) {
            return redirectToEntry(run, map, (int) key, flags);
        }
        run.context().redirect(map, (int) key, port);
        return XdpAction.REDIRECT;
    }

    private static long redirectToEntry(RunState run, RedirectMap map, int key, long action) {
        int target = map.target(key);
        if (target == RedirectMap.NONE) {
            run.context().forgetRedirectMap();
            return action;
        }
        run.context().redirect(map, key, target, map.program(key));
        return XdpAction.REDIRECT;
    }

    private static long broadcast(RunState run, RedirectMap map, long key, long flags) {
        long known = map.leadsToPorts() ? ACTION | RedirectMap.BROADCAST | RedirectMap.EXCLUDE_INGRESS : ACTION;
        if ((flags & ~known) != 0) {
            return XdpAction.ABORTED;
        }
        if ((flags & RedirectMap.BROADCAST) == 0) {
            return redirect(run, map, key, flags & ACTION);
        }
        run.context().broadcast(map, (int) key, flags);
        return XdpAction.REDIRECT;
    }
}
