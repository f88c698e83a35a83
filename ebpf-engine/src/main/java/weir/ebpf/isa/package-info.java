// SPDX-License-Identifier: Apache-2.0

/**
 * The instruction set of RFC 9669: instructions as records, their binary and text forms, and what each
 * operation means.
 *
 * <pre>{@code
 *           Decoder                Listing, Disassembler
 *  bytes  ---------->  Code   -------------------->  text
 *         <----------  of     <--------------------
 *           Encoder    Instruction     Assembler
 * }</pre>
 *
 * Each way there and back gives the same again.
 */
@NullMarked
package weir.ebpf.isa;

import org.jspecify.annotations.NullMarked;
