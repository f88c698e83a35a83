// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

/**
 * Offsets in {@code union bpf_attr} of the commands about programs, {@code uapi/linux/bpf.h} of Linux 6.18.
 *
 * <pre>
 *  BPF_PROG_LOAD               BPF_PROG_TEST_RUN           BPF_BTF_LOAD
 *    0 prog_type     u32         0 prog_fd       u32         0 btf           pointer
 *    4 insn_cnt      u32         4 retval        u32         8 btf_log_buf   pointer
 *    8 insns         pointer     8 data_size_in  u32        16 btf_size      u32
 *   16 license       pointer    12 data_size_out u32        20 btf_log_size  u32
 *   24 log_level     u32        16 data_in       pointer    24 btf_log_level u32
 *   28 log_size      u32        24 data_out      pointer
 *   32 log_buf       pointer    32 repeat        u32
 *   48 prog_name     char[16]   36 duration      u32, ns
 *   68 expected_attach_type     40 ctx_size_in   u32
 *   72 prog_btf_fd   u32        44 ctx_size_out  u32
 *   76 func_info_rec_size       48 ctx_in        pointer
 *   80 func_info     pointer    56 ctx_out       pointer
 *   88 func_info_cnt u32        64 flags         u32
 *   92 line_info_rec_size
 *   96 line_info     pointer
 *  104 line_info_cnt u32
 * </pre>
 */
final class ProgramAttributes {

    static final int LOAD_BYTES = 152;
    static final int PROG_TYPE = 0;
    static final int INSN_CNT = 4;
    static final int INSNS = 8;
    static final int LICENSE = 16;
    static final int LOG_LEVEL = 24;
    static final int LOG_SIZE = 28;
    static final int LOG_BUF = 32;
    static final int PROG_NAME = 48;
    static final int EXPECTED_ATTACH_TYPE = 68;
    static final int PROG_BTF_FD = 72;
    static final int FUNC_INFO_REC_SIZE = 76;
    static final int FUNC_INFO = 80;
    static final int FUNC_INFO_CNT = 88;
    static final int LINE_INFO_REC_SIZE = 92;
    static final int LINE_INFO = 96;
    static final int LINE_INFO_CNT = 104;

    static final int TEST_BYTES = 80;
    static final int TEST_PROG_FD = 0;
    static final int TEST_RETVAL = 4;
    static final int TEST_DATA_SIZE_IN = 8;
    static final int TEST_DATA_SIZE_OUT = 12;
    static final int TEST_DATA_IN = 16;
    static final int TEST_DATA_OUT = 24;
    static final int TEST_REPEAT = 32;
    static final int TEST_CTX_SIZE_IN = 40;
    static final int TEST_CTX_SIZE_OUT = 44;
    static final int TEST_CTX_IN = 48;
    static final int TEST_CTX_OUT = 56;
    static final int TEST_FLAGS = 64;

    static final int BTF_BYTES = 32;
    static final int BTF = 0;
    static final int BTF_LOG_BUF = 8;
    static final int BTF_SIZE = 16;
    static final int BTF_LOG_SIZE = 20;
    static final int BTF_LOG_LEVEL = 24;

    /** {@code struct bpf_func_info}: insn_off u32, type_id u32. */
    static final int FUNC_INFO_BYTES = 8;

    private ProgramAttributes() {}
}
