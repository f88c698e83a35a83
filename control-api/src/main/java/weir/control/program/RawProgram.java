// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import weir.control.program.ReplayException.Kind;
import weir.ebpf.ObjectFile;
import weir.ebpf.btf.Btf;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * A program that was written as numbers, and the maps that it names by index: what an object file without names
 * and lines would hold. The program is called {@link #NAME}, its maps are {@link MapText}s.
 */
public final class RawProgram {
    /** Name of the program. */
    public static final String NAME = "raw";

    private static final int DIGITS = 16;

    private RawProgram() {}

    /**
     * The program as an object.
     *
     * @param hex instructions, 8 bytes each in the order of memory, two digits a byte; white space counts for
     *     nothing
     * @throws ReplayException when it is no hexadecimal text, or not of whole instructions
     * @throws MalformedCodeException when the bytes are no instructions
     */
    public static ObjectFile of(String hex, List<MapSpec> maps) throws ReplayException, MalformedCodeException {
        return of(hex, maps, ProgramType.XDP);
    }

    /** The same as a program of that type. */
    public static ObjectFile of(String hex, List<MapSpec> maps, ProgramType type)
            throws ReplayException, MalformedCodeException {
        ProgramSpec program =
                ProgramSpec.of(NAME, type, Decoder.decode(bytes(hex)).withDescriptorsAsIndices());
        return new ObjectFile(List.of(program), maps, program.license(), Btf.EMPTY);
    }

    private static byte[] bytes(String hex) throws ReplayException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(hex.length() / 2);
        int digits = 0;
        int high = 0;
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if (Character.isWhitespace(c)) {
                continue;
            }
            int digit = c < 0x80 ? Character.digit(c, DIGITS) : -1;
            if (digit < 0) {
                throw notHex("character " + (i + 1) + " of the instructions, '" + Printable.of(String.valueOf(c))
                        + "', is no hexadecimal digit");
            }
            if (digits++ % 2 == 0) {
                high = digit;
            } else {
                bytes.write(high << 4 | digit);
            }
        }
        if (digits == 0) {
            throw notHex("there are no instructions");
        }
        if (digits % DIGITS != 0) {
            throw notHex(String.format(
                    Locale.ROOT,
                    "%,d hexadecimal digits are %,d whole instructions and %d digits",
                    digits,
                    digits / DIGITS,
                    digits % DIGITS));
        }
        return bytes.toByteArray();
    }

    private static ReplayException notHex(String cause) {
        return new ReplayException(
                Kind.USAGE,
                cause,
                "write 16 digits for each instruction, its bytes in the order of memory: b700000002000000 is r0 = 2");
    }
}
