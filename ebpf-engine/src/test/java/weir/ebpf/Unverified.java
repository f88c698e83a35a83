// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

/** Loads what the verifier refuses, under any engine: what engines do with it is tested, too. */
public final class Unverified {
    private Unverified() {}

    public static LoadOptions under(LoadOptions options, Engine engine) {
        return options.under(engine).unverified();
    }
}
