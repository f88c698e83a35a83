// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

/** Numbers of the helpers that random programs call, {@code enum bpf_func_id}, {@code uapi/linux/bpf.h}. */
final class Helpers {
    static final int MAP_LOOKUP_ELEM = 1;
    static final int MAP_UPDATE_ELEM = 2;
    static final int MAP_DELETE_ELEM = 3;
    static final int GET_SMP_PROCESSOR_ID = 8;
    static final int TAIL_CALL = 12;
    static final int REDIRECT = 23;
    static final int PERF_EVENT_OUTPUT = 25;
    static final int CSUM_DIFF = 28;
    static final int XDP_ADJUST_HEAD = 44;
    static final int REDIRECT_MAP = 51;
    static final int XDP_ADJUST_META = 54;
    static final int XDP_ADJUST_TAIL = 65;
    static final int FIB_LOOKUP = 69;
    static final int MAP_PUSH_ELEM = 87;
    static final int MAP_POP_ELEM = 88;
    static final int MAP_PEEK_ELEM = 89;
    static final int SPIN_LOCK = 93;
    static final int SPIN_UNLOCK = 94;
    static final int RINGBUF_OUTPUT = 130;
    static final int RINGBUF_RESERVE = 131;
    static final int RINGBUF_SUBMIT = 132;
    static final int RINGBUF_DISCARD = 133;
    static final int RINGBUF_QUERY = 134;
    static final int CHECK_MTU = 163;
    static final int FOR_EACH_MAP_ELEM = 164;
    static final int SNPRINTF = 165;
    static final int LOOP = 181;
    static final int STRNCMP = 182;
    static final int XDP_GET_BUFF_LEN = 188;
    static final int XDP_LOAD_BYTES = 189;
    static final int XDP_STORE_BYTES = 190;
    static final int MAP_LOOKUP_PERCPU_ELEM = 195;

    private Helpers() {}
}
