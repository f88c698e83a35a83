// SPDX-License-Identifier: Apache-2.0
package weir.control.doctor;

import java.util.Map;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir doctor} found.
 *
 * @param checks by name, in the order in which people should read them
 * @param missing how many are not there
 */
public record DoctorReport(MachineFacts machine, Map<String, Check> checks, int missing) {}
