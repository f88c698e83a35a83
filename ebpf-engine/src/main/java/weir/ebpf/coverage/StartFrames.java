// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Frames of common protocols, to begin with: most programs look for some of them. */
final class StartFrames {
    private static final int FRAME_BYTES = 128;
    private static final int LONG_FRAME_BYTES = 1514;
    private static final int SHORT_FRAME_BYTES = 60;
    private static final int HEADERS_BYTES = 34;
    private static final String MACS = "020000000001020000000002";
    private static final String IPV4 = "450000540001400040060000c6120001c6120002";
    private static final String IPV6 =
            "6000000000281140" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002";
    private static final String TCP = "d431005000000001000000005002ffff00000000";
    private static final String UDP = "d4310035001c0000";
    private static final List<String> TAGS = List.of("", "81000064", "88a8006481000064");

    private StartFrames() {}

    static List<byte[]> all() {
        List<byte[]> frames = new ArrayList<>();
        String udpIpv4 = IPV4.replace("4006", "4011");
        frames.add(frame(MACS + "0800" + IPV4 + TCP, LONG_FRAME_BYTES));
        for (String tag : TAGS) {
            frames.add(frame(MACS + tag + "0800" + IPV4 + TCP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + udpIpv4 + UDP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + IPV4.replace("4006", "4001") + "0800", FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + "4f" + udpIpv4.substring(2) + UDP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "86dd" + IPV6 + UDP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "86dd" + IPV6.replace("1140", "0640") + TCP, FRAME_BYTES));
            frames.add(frame(MACS + tag + "0806" + "0001080006040001", FRAME_BYTES));
            frames.add(frame(MACS + tag + "0800" + IPV4, HEADERS_BYTES));
        }
        frames.add(frame("ffffffffffff0200000000010806", SHORT_FRAME_BYTES));
        frames.add(frame(MACS + "88cc", (MACS.length() + 4) / 2));
        return frames;
    }

    private static byte[] frame(String hex, int bytes) {
        byte[] head = HexFormat.of().parseHex(hex);
        byte[] frame = new byte[bytes];
        System.arraycopy(head, 0, frame, 0, Math.min(head.length, bytes));
        return frame;
    }
}
