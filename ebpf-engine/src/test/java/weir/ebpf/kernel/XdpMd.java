// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct xdp_md} as {@code BPF_PROG_TEST_RUN} takes and gives it ({@code uapi/linux/bpf.h}, {@code
 * net/bpf/test_run.c}, Linux 6.18): six u32. Places are offsets into the data of the call, which begins
 * with the metadata: {@code dataMeta} is 0 on the way in.
 *
 * @param data bytes of metadata before the frame
 * @param dataEnd bytes of data in all
 * @param ingressIfindex an interface of the caller's network namespace, or 0 for its loopback
 */
public record XdpMd(int data, int dataEnd, int dataMeta, int ingressIfindex, int rxQueueIndex) {
    static final int BYTES = 24;

    /**
     * On the way in.
     *
     * @param bytes of metadata and frame
     */
    public static XdpMd arriving(int metadataBytes, int bytes, int ingressIfindex, int rxQueueIndex) {
        return new XdpMd(metadataBytes, bytes, 0, ingressIfindex, rxQueueIndex);
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(data)
                .putInt(dataEnd)
                .putInt(dataMeta)
                .putInt(ingressIfindex)
                .putInt(rxQueueIndex)
                .array();
    }

    static XdpMd ofBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new XdpMd(buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt());
    }
}
