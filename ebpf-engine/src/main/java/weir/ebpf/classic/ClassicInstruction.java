// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

/**
 * An instruction of classic BPF, {@code struct sock_filter} of {@code uapi/linux/filter.h}.
 *
 * <pre>
 *  0        2    3    4          8
 *  +--------+----+----+----------+
 *  | code   | jt | jf | k        |
 *  +--------+----+----+----------+
 * </pre>
 *
 * @param code operation, 16 bits
 * @param jt instructions to pass over when a condition holds, 0 to 255
 * @param jf the same when it does not
 * @param k operand, unsigned
 */
public record ClassicInstruction(int code, int jt, int jf, int k) {
    private static final int MAX_CODE = 0xffff;
    private static final int MAX_JUMP = 0xff;

    public ClassicInstruction {
        if (code < 0 || code > MAX_CODE || jt < 0 || jt > MAX_JUMP || jf < 0 || jf > MAX_JUMP) {
            throw new IllegalArgumentException("code=" + code + ", jt=" + jt + ", jf=" + jf);
        }
    }

    /** As {@code tcpdump -ddd} writes it. */
    @Override
    public String toString() {
        return code + " " + jt + " " + jf + " " + Integer.toUnsignedString(k);
    }
}
