// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import weir.core.program.AttachedProgram;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.map.MapFlags;

/** The example programs that demos load, and what goes into their maps. */
final class DemoPrograms {
    /** A bridge of its own: learns, forwards, floods. */
    static final String FLOOD_BRIDGE = "flood_bridge";

    /** A bridge that leaves flooding to the switch. */
    static final String BRIDGE = "bridge";

    /** Reads a frame without asking how long it is. */
    static final String REJECTED = "no_bounds_check";

    private static final int MAC_BYTES = 6;

    private DemoPrograms() {}

    /** One of the programs above, as clang made it of {@code examples/programs}. */
    static ObjectFile object(String name) {
        try (InputStream in = DemoPrograms.class.getResourceAsStream(name + ".o")) {
            if (in == null) {
                throw new IllegalStateException("the build has left out " + name + ".o");
            }
            return ObjectFile.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ObjectFileException e) {
            throw new IllegalStateException(name + ".o: " + e.getMessage(), e);
        }
    }

    /** Makes ports members of the flooding bridge. */
    static void addPorts(AttachedProgram floodBridge, List<Integer> portNumbers) {
        for (int number : portNumbers) {
            put(floodBridge, "ports", word(number), word(number));
        }
    }

    /** Tells a bridge where an address is. */
    static void addStation(AttachedProgram bridge, long mac, int portNumber) {
        byte[] key = new byte[MAC_BYTES];
        for (int i = 0; i < MAC_BYTES; i++) {
            key[i] = (byte) (mac >>> Byte.SIZE * (MAC_BYTES - 1 - i));
        }
        put(bridge, "stations", key, word(portNumber));
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static void put(AttachedProgram program, String map, byte[] key, byte[] value) {
        int result = program.withMap(map, each -> each.control().update(key, value, MapFlags.ANY))
                .orElseThrow();
        if (result != 0) {
            throw new IllegalStateException("map " + map + " refused an entry: errno " + -result);
        }
    }
}
