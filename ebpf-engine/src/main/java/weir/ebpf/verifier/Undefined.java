// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/**
 * Nothing that may be used.
 *
 * @param why in words, as the end of "it holds"
 * @param kind the rule that a use breaks
 * @param isCopied whether it is an address from before, which the kernel takes for a number
 *     ({@code mark_reg_invalid}): it may be copied to registers and stack, compared with anything, and calculated
 *     with. What comes out is the same again, so that it is neither used as an address nor given away
 */
record Undefined(String why, ViolationKind kind, boolean isCopied) implements Value {
    static final Undefined NEVER_WRITTEN =
            new Undefined("nothing: it was never written on this path", ViolationKind.UNDEFINED_REGISTER, false);
    static final Undefined CLOBBERED =
            new Undefined("nothing: the call before it overwrote r0 to r5", ViolationKind.UNDEFINED_REGISTER, false);
    static final Undefined NO_RESULT = new Undefined(
            "nothing: the helper called before returns no value", ViolationKind.UNDEFINED_REGISTER, false);
    static final Undefined STALE_PACKET = new Undefined(
            "a stale packet pointer: a helper has moved the frame since", ViolationKind.STALE_PACKET, true);
    static final Undefined RELEASED =
            new Undefined("a record that was submitted or discarded before", ViolationKind.RELEASED, true);

    @Override
    public String text() {
        return "undefined";
    }
}
