// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import weir.ebpf.map.Bytes;

/** Frames of 14 to 1500 bytes: noise, or something like Ethernet with IPv4 and a transport header. */
public final class RandomPackets {
    private static final int MIN_BYTES = 14;
    private static final int MAX_BYTES = 1500;

    private RandomPackets() {}

    public static List<Bytes> generate(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Bytes> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(Bytes.of(random.nextBoolean() ? noise(random) : structured(random)));
        }
        return packets;
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] frame = new byte[length(random)];
        random.nextBytes(frame);
        return frame;
    }

    private static int length(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> MIN_BYTES + random.nextInt(20);
            case 1 -> random.nextInt(MIN_BYTES, MAX_BYTES + 1);
            default -> random.nextInt(MIN_BYTES, 130);
        };
    }

    private static byte[] structured(SplittableRandom random) {
        ByteBuffer frame = ByteBuffer.allocate(Math.max(60, length(random)));
        frame.putShort((short) 0x0200).putInt(random.nextInt(4));
        frame.putShort((short) 0x0200).putInt(random.nextInt(4));
        if (random.nextInt(4) == 0) {
            frame.putInt(0x81000000 | random.nextInt(4096));
        }
        frame.putShort((short) 0x0800);
        int ipBytes = frame.remaining();
        frame.put((byte) 0x45).put((byte) 0).putShort((short) ipBytes).putInt(random.nextInt());
        frame.put((byte) 64).put((byte) (random.nextBoolean() ? 6 : 17)).putShort((short) random.nextInt());
        frame.putInt(0xc6120001 + random.nextInt(4)).putInt(0xc6120101 + random.nextInt(4));
        frame.putShort((short) random.nextInt(1024)).putShort((short) (random.nextBoolean() ? 80 : 53));
        while (frame.hasRemaining()) {
            frame.put((byte) frame.position());
        }
        return frame.array();
    }
}
