// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/** Frames that tell {@code steered.o} what to do with them, and objects of {@code switch-core/src/test/ebpf}. */
public final class Steered {
    static final int RETURN = 0;
    static final int REDIRECT = 1;
    static final int REDIRECT_DEVMAP = 2;
    static final int REDIRECT_DEVMAP_HASH = 3;
    static final int REDIRECT_CPUMAP = 4;
    static final int REDIRECT_XSKMAP = 5;
    static final int ADJUST_HEAD = 6;
    static final int ADJUST_TAIL = 7;
    static final int SET_METADATA = 8;
    static final int GET_METADATA = 9;
    static final int SPIN = 10;
    static final int SAY = 11;
    static final int TELL = 12;
    static final int PUSH_RECORD = 13;
    static final int WRITE_CONTEXT = 14;
    static final int REPLY = 15;

    static final int BROADCAST = 8;
    static final int EXCLUDE_INGRESS = 16;

    static final int COMMAND_BYTE = 14;
    static final int EGRESS_ACTION_BYTE = 15;
    private static final int ARGUMENT_BYTE = 16;
    private static final int FLAGS_BYTE = 20;
    private static final int WRITTEN_BYTE = 24;

    private Steered() {}

    static Path folder() {
        return Path.of(System.getProperty("weir.root"), "switch-core", "src", "test", "ebpf");
    }

    public static ObjectFile object(String name) {
        return object(folder(), name);
    }

    public static ObjectFile example(String name) {
        return object(Path.of(System.getProperty("weir.root"), "examples", "programs"), name);
    }

    /** An object of {@code examples/vale}. */
    static ObjectFile valeExample(String name) {
        return object(Path.of(System.getProperty("weir.root"), "examples", "vale"), name);
    }

    private static ObjectFile object(Path where, String name) {
        try {
            return ObjectFile.parse(Files.readAllBytes(where.resolve(name + ".o")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ObjectFileException e) {
            throw new AssertionError(name, e);
        }
    }

    /** Interpreted, not warmed up, gone as soon as it is replaced. */
    public static ProgramOptions options() {
        return ProgramOptions.DEFAULT
                .withEngine(Engine.interpreter())
                .withWarmUp(Duration.ZERO)
                .withRollback(Rollback.NEVER);
    }

    static AttachedProgram load(HandDrivenSwitch hand, ProgramPlace place, ObjectFile object, ProgramOptions options) {
        return load(hand, place, object, options, program -> {});
    }

    static AttachedProgram load(
            HandDrivenSwitch hand,
            ProgramPlace place,
            ObjectFile object,
            ProgramOptions options,
            Consumer<AttachedProgram> prepare) {
        try {
            return hand.sw().programs().load(place, object, options, prepare);
        } catch (LoadException | ProgramException e) {
            throw new AssertionError(e);
        }
    }

    /** A frame of 64 bytes from station 7 to station 9. */
    static byte[] frame(int command, int argument, int flags) {
        byte[] frame = Frames.untagged(Frames.station(9), Frames.station(7), 64, 0);
        ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(COMMAND_BYTE, (byte) command);
        bytes.putInt(ARGUMENT_BYTE, argument);
        bytes.putInt(FLAGS_BYTE, flags);
        return frame;
    }

    static byte[] frame(int command, int argument) {
        return frame(command, argument, 0);
    }

    /** The same frame, for which a devmap entry's program returns this. */
    static byte[] withEgressAction(byte[] frame, int action) {
        byte[] changed = frame.clone();
        changed[EGRESS_ACTION_BYTE] = (byte) action;
        return changed;
    }

    /** The same frame after a program wrote numbers down in it. */
    static byte[] written(byte[] frame, int... numbers) {
        byte[] changed = frame.clone();
        ByteBuffer bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < numbers.length; i++) {
            bytes.putInt(WRITTEN_BYTE + i * Integer.BYTES, numbers[i]);
        }
        return changed;
    }

    static byte[] littleEndian(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }
}
