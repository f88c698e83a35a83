// SPDX-License-Identifier: Apache-2.0

/**
 * Random XDP programs that the kernel's verifier accepts nearly always, and packets to run them on.
 *
 * <p>A program is made of snippets ({@link weir.ebpf.random.Construct}), each chosen by weight among
 * those that the registers at hand allow. {@link weir.ebpf.random.MachineState} knows what each register
 * and stack byte holds, so that nothing uninitialised is read and no address gets into a result.
 */
@NullMarked
package weir.ebpf.random;

import org.jspecify.annotations.NullMarked;
