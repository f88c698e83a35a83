// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

/** Whether C programs are compared with. */
public enum TwinChoice {
    /** When this machine has a C compiler. */
    AUTO,
    /** Never. */
    OFF,
    /** Always; without them the benchmark fails. */
    REQUIRE
}
