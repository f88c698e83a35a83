// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/**
 * What was walked, as text. Of a long walk the end is kept, where a refusal stands, as the kernel keeps it
 * without {@code BPF_LOG_FIXED} (since Linux 6.4).
 *
 * @param text whole lines; empty without a log
 * @param leftOutLines of the beginning
 * @param leftOutBytes that they have, as UTF-8
 */
public record WalkLog(String text, long leftOutLines, long leftOutBytes) {
    /** No log was asked for. */
    public static final WalkLog NONE = new WalkLog("", 0, 0);

    /** Bytes that are kept at most, as UTF-8. */
    public static final int MAX_BYTES = 4 << 20;
}
