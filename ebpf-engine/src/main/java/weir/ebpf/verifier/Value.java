// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/** What a register, or the bytes of a spill, hold on one path; immutable but for a number's precision. */
sealed interface Value permits Undefined, ScalarValue, PointerValue {
    /** In the manner of the kernel's log: {@code scalar(umax=255)}, {@code pkt(off=14,r=34)}. */
    String text();
}
