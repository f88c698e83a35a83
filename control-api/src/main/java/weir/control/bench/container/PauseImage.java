// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weir.control.bench.process.BenchFailure;

/**
 * An image for containers that do nothing: one program of 2 or 3 instructions, made here, so that none has to be fetched.
 * All that the benchmark needs of a container is its network namespace.
 *
 * <pre>
 *   0  ELF header     Elf64_Ehdr, elf(5)
 *  64  one segment    Elf64_Phdr: the whole file, to be read and run
 * 120  instructions   ask the kernel to wait for a signal, over and over
 * </pre>
 */
final class PauseImage {
    /** Path of the program in the image. */
    static final String PROGRAM = "/pause";

    private static final int ELF_HEADER_BYTES = 64;
    private static final int SEGMENT_HEADER_BYTES = 56;
    private static final int CODE = ELF_HEADER_BYTES + SEGMENT_HEADER_BYTES;
    private static final long LOAD_ADDRESS = 0x40_0000;
    private static final long PAGE_BYTES = 0x1_0000;
    private static final String IDENTIFICATION =
            "7f454c46020101000000000000000000"; // 64 bits, little endian, version 1
    private static final short EXECUTABLE = 2;
    private static final int LOADED = 1;
    private static final int READ_AND_RUN = 5;

    // A header of POSIX ustar: where fields are, tar(5).
    private static final int BLOCK_BYTES = 512;
    private static final int MODE_AT = 100;
    private static final int OWNER_AT = 108;
    private static final int GROUP_AT = 116;
    private static final int SIZE_AT = 124;
    private static final int TIME_AT = 136;
    private static final int CHECKSUM_AT = 148;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int CHECKSUM_CHARACTERS = 8;

    private PauseImage() {}

    /** One machine: {@code e_machine}, and the instructions. */
    private record Machine(int number, String code) {
        static @Nullable Machine of(String arch) {
            return switch (arch) {
                // mov eax, 34 (pause); syscall; jmp to the start
                case "amd64" -> new Machine(62, "b8220000000f05ebf7");
                // x0 to x4 = 0; x8 = 73 (ppoll); svc 0; b to the start
                case "aarch64" -> new Machine(183, "000080d2010080d2020080d2030080d2040080d2280980d2010000d4f9ffff17");
                default -> null;
            };
        }
    }

    /** A tar archive for {@code docker import}. */
    static byte[] tar() throws BenchFailure {
        String arch = System.getProperty("os.arch", "");
        Machine machine = Machine.of(arch);
        if (machine == null) {
            throw new BenchFailure("there is no image for " + arch, "use --no-docker");
        }
        byte[] program = program(machine);
        ByteBuffer tar = ByteBuffer.allocate(BLOCK_BYTES + BLOCK_BYTES + 2 * BLOCK_BYTES); // two of zeros are the end
        tar.put(header(PROGRAM.substring(1), program.length)).put(program);
        return tar.array();
    }

    private static byte[] program(Machine machine) {
        byte[] code = HexFormat.of().parseHex(machine.code());
        ByteBuffer elf = ByteBuffer.allocate(CODE + code.length).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(HexFormat.of().parseHex(IDENTIFICATION));
        elf.putShort(EXECUTABLE).putShort((short) machine.number()).putInt(1);
        elf.putLong(LOAD_ADDRESS + CODE).putLong(ELF_HEADER_BYTES).putLong(0);
        elf.putInt(0).putShort((short) ELF_HEADER_BYTES);
        elf.putShort((short) SEGMENT_HEADER_BYTES).putShort((short) 1);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0); // no sections
        elf.putInt(LOADED).putInt(READ_AND_RUN).putLong(0).putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS);
        elf.putLong(elf.capacity()).putLong(elf.capacity()).putLong(PAGE_BYTES);
        return elf.put(code).array();
    }

    private static byte[] header(String name, int bytes) {
        byte[] header = new byte[BLOCK_BYTES];
        put(header, 0, name);
        put(header, MODE_AT, "0000755");
        put(header, OWNER_AT, "0000000");
        put(header, GROUP_AT, "0000000");
        put(header, SIZE_AT, String.format(Locale.ROOT, "%011o", bytes));
        put(header, TIME_AT, "00000000000");
        put(header, TYPE_AT, "0");
        put(header, MAGIC_AT, "ustar\00000");
        put(header, CHECKSUM_AT, " ".repeat(CHECKSUM_CHARACTERS));
        int sum = 0;
        for (byte each : header) {
            sum += Byte.toUnsignedInt(each);
        }
        put(header, CHECKSUM_AT, String.format(Locale.ROOT, "%06o\0 ", sum));
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
