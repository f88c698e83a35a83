// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import java.util.Locale;

/** What a helper does, whatever its number is in a program type's table. Named as in {@code uapi/linux/bpf.h}. */
public enum HelperFunction {
    MAP_LOOKUP_ELEM,
    MAP_UPDATE_ELEM,
    MAP_DELETE_ELEM,
    MAP_PUSH_ELEM,
    MAP_POP_ELEM,
    MAP_PEEK_ELEM,
    MAP_LOOKUP_PERCPU_ELEM,
    /** Control flow: the engine runs it. */
    FOR_EACH_MAP_ELEM,
    /** Control flow: the engine runs it. */
    LOOP,
    /** Control flow: the engine runs it. */
    TAIL_CALL,
    REDIRECT,
    REDIRECT_MAP,
    XDP_ADJUST_HEAD,
    XDP_ADJUST_TAIL,
    XDP_ADJUST_META,
    XDP_LOAD_BYTES,
    XDP_STORE_BYTES,
    XDP_GET_BUFF_LEN,
    CSUM_DIFF,
    FIB_LOOKUP,
    CHECK_MTU,
    KTIME_GET_NS,
    KTIME_GET_BOOT_NS,
    KTIME_GET_COARSE_NS,
    JIFFIES64,
    GET_PRANDOM_U32,
    GET_SMP_PROCESSOR_ID,
    GET_NUMA_NODE_ID,
    GET_CURRENT_PID_TGID,
    GET_CURRENT_UID_GID,
    GET_CURRENT_COMM,
    TRACE_PRINTK,
    TRACE_VPRINTK,
    SNPRINTF,
    STRNCMP,
    PERF_EVENT_OUTPUT,
    RINGBUF_OUTPUT,
    RINGBUF_RESERVE,
    RINGBUF_SUBMIT,
    RINGBUF_DISCARD,
    RINGBUF_QUERY,
    SPIN_LOCK,
    SPIN_UNLOCK,
    /** Of a switch, {@link weir.ebpf.isa.SwitchCalls}. */
    WEIR_CLONE,
    /** Of a switch. */
    WEIR_FLOOD,
    /** Of a switch. */
    WEIR_LEARN;

    /** {@code bpf_map_lookup_elem} and so on; {@code weir_clone} and so on for what only a switch has. */
    public String kernelName() {
        String name = name().toLowerCase(Locale.ROOT);
        return isOfSwitch() ? name : "bpf_" + name;
    }

    /** Whether no kernel has it. */
    public boolean isOfSwitch() {
        return this == WEIR_CLONE || this == WEIR_FLOOD || this == WEIR_LEARN;
    }

    /** Whether an engine runs it itself, since it calls functions or leaves the program. */
    public boolean isControlFlow() {
        return this == FOR_EACH_MAP_ELEM || this == LOOP || this == TAIL_CALL;
    }
}
