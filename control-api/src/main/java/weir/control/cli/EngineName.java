// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

/** What {@code --engine} takes. */
enum EngineName {
    INTERPRETER,
    JIT
}
