// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.List;
import weir.ebpf.Engine;

/**
 * How a program is run on a capture.
 *
 * @param repeat runs for each frame
 * @param count frames that are read at most
 * @param port ingress port of all frames; 0 for one port per interface of the capture, from 1
 * @param mapEntries entries of each map that are shown
 * @param engine what runs the program
 * @param verified whether only programs run that the verifier accepts
 * @param entries put into maps before the first frame
 */
public record ReplaySettings(
        int repeat, long count, int port, int mapEntries, Engine engine, boolean verified, List<MapSetting> entries) {
    public ReplaySettings {
        entries = List.copyOf(entries);
    }
}
