// SPDX-License-Identifier: Apache-2.0

/**
 * A tester in the sense of RFC 2544 and RFC 2889: sends streams of numbered frames into the ports of a device, and counts
 * what comes out of each.
 *
 * <pre>
 *  Tester.run(TrialPlan)         one thread, the caller's, does all of it
 *    SendingPort                 Pace, UdpFrames, Stations: frames into a memory port's endpoint
 *    ReceivingPort               StampLayout, StreamTracker: whose frame it is, whether it came twice or to the wrong port
 *  DeviceUnderTest
 *    OwnSwitch                   a switch in this process; the endpoints are its ports'
 *    PatchedDevice               anything behind ports that exist; a switch without threads joins each with an endpoint
 * </pre>
 */
@NullMarked
package weir.control.tester;

import org.jspecify.annotations.NullMarked;
