// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

/**
 * Where frames were captured.
 *
 * @param index from 0, in the order of the file, over all its sections
 * @param name as the file says; empty where it does not
 * @param linkType see {@link LinkType}
 * @param snapBytes longest piece of a frame that was kept; 0 for no limit
 */
public record CaptureInterface(int index, String name, int linkType, int snapBytes) {
    /** The interface of frames that come from no file. */
    public static CaptureInterface ethernet(int index, String name) {
        return new CaptureInterface(index, name, LinkType.ETHERNET, 0);
    }
}
