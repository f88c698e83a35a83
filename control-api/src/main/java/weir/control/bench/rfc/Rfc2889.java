// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.control.machine.MachineFacts;
import weir.control.tester.DeviceUnderTest;
import weir.control.tester.RawFrames;
import weir.control.tester.Stations;
import weir.control.tester.Stream;
import weir.control.tester.Tester;
import weir.control.tester.TrialResult;

/** The tests of RFC 2889 between all ports of a device. The thread that made the device. */
public final class Rfc2889 {
    private static final int ERRORED_FRAMES = 100;
    private static final int SOURCE_A = 0;
    private static final int SOURCE_B = 1;
    private static final int UNCONGESTED = 2;
    private static final int CONGESTED = 3;
    private static final double PERCENT = 100;

    /** Gap between frames, bits: IEEE 802.3, and what overloads a line (5.6.2). */
    private static final double GAP_BITS = 96;

    private static final double SHORT_GAP_BITS = 88;

    /** Of the line's rate: what the ends of a trial may add. */
    private static final double PRESSURE_TOLERANCE = 0.001;

    private final Rfc2889Settings settings;
    private final TrialSettings common;
    private final RateTrials trials;
    private final DeviceUnderTest device;
    private final List<Rfc2889Report.ForwardingRow> forwarding = new ArrayList<>();
    private final List<Rfc2889Report.CongestionRow> congestion = new ArrayList<>();
    private final List<Rfc2889Report.PressureRow> pressure = new ArrayList<>();
    private final List<Rfc2889Report.ErroredRow> errored = new ArrayList<>();
    private final List<Rfc2889Report.BroadcastRow> broadcast = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Rfc2889Report.@Nullable CachingRow caching;
    private Rfc2889Report.@Nullable LearningRow learning;

    private Rfc2889(DeviceUnderTest device, Rfc2889Settings settings, Consumer<String> progress) {
        this.settings = settings;
        this.device = device;
        common = settings.trials();
        trials = new RateTrials(new Tester(device), common, progress);
    }

    /**
     * Measures. An interrupt ends it: the report has what is known by then.
     *
     * @param progress hears of each trial
     */
    public static Rfc2889Report run(DeviceUnderTest device, Rfc2889Settings settings, Consumer<String> progress) {
        MachineFacts machine = MachineFacts.now();
        Rfc2889 bench = new Rfc2889(device, settings, progress);
        boolean complete = false;
        try {
            bench.measure();
            complete = true;
        } catch (InterruptedException e) {
            bench.notes.add("stopped before the end");
        }
        return bench.report(machine, complete);
    }

    private Rfc2889Report report(MachineFacts machine, boolean complete) {
        return new Rfc2889Report(
                "rfc2889",
                machine,
                device.description(),
                device.ports(),
                settings,
                complete,
                forwarding,
                congestion,
                pressure,
                caching,
                learning,
                errored,
                broadcast,
                notes);
    }

    private void measure() throws InterruptedException {
        for (Rfc2889Test test : settings.tests()) {
            if (device.ports() < test.ports()) {
                notes.add(test.label() + ": not measured, since it takes " + test.ports() + " ports");
            } else if (test.isBySize()) {
                for (int size : common.frameSizes()) {
                    measure(test, size);
                }
            } else {
                measure(test, common.frameSizes().getFirst());
            }
        }
    }

    private void measure(Rfc2889Test test, int size) throws InterruptedException {
        int bytes = size - TrialSettings.FCS_BYTES;
        int ports = device.ports();
        switch (test) {
            case FULLY_MESHED -> forward(test, size, Load.mesh(bytes, ports, common.stations(), common.flows()));
            case ONE_TO_MANY -> forward(test, size, Load.oneToMany(bytes, ports, common.stations(), common.flows()));
            case MANY_TO_ONE -> forward(test, size, Load.manyToOne(bytes, ports, common.stations(), common.flows()));
            case CONGESTION -> congest(size);
            case FORWARD_PRESSURE -> press(size);
            case ADDRESS_CACHING -> caching = addresses().capacity(settings.addresses());
            case ADDRESS_LEARNING -> learn();
            case ERRORED_FRAMES -> errors();
            case BROADCAST -> broadcast(size, Load.broadcast(bytes, common.flows()));
        }
    }

    // ---- 5.1, 5.2 -------------------------------------------------------------------------------

    private void forward(Rfc2889Test pattern, int size, Load load) throws InterruptedException {
        RateTrials.Throughput found = trials.throughput(pattern.label() + ", " + size + " bytes", load);
        trials.tell(pattern.label() + ", " + size + " bytes: maximum offered load");
        double most = Math.min(found.top().pps(), share(pattern) * found.top().pps());
        TrialResult full = trials.trial(load, Stream.Step.at(most, common.seconds()));
        forwarding.add(new Rfc2889Report.ForwardingRow(
                pattern,
                size,
                found.pps() * load.senders(),
                found.limit(),
                Math.max(found.forwardingPps(), full.forwardedPps()),
                full.offeredPps(),
                full.forwardedPps(),
                full.lossPercent(),
                full.flooded()));
    }

    /** Of the rate of a line that may be offered by each: many to one are not to be more than one line takes. */
    private double share(Rfc2889Test pattern) {
        return pattern == Rfc2889Test.MANY_TO_ONE && common.lineRate() > 0 ? 1.0 / (device.ports() - 1) : 1;
    }

    // ---- 5.5, 5.6 -------------------------------------------------------------------------------

    private boolean isWithoutLine(String test) {
        if (common.lineRate() == 0) {
            String note = test
                    + ": not measured, since a port without a rate of its line is never congested; see --line-rate";
            if (!notes.contains(note)) {
                notes.add(note);
            }
        }
        return common.lineRate() == 0;
    }

    private void congest(int size) throws InterruptedException {
        if (isWithoutLine(Rfc2889Test.CONGESTION.label())) {
            return;
        }
        int bytes = size - TrialSettings.FCS_BYTES;
        Load all = Load.mesh(bytes, device.ports(), common.stations(), common.flows());
        trials.prepare(all);
        trials.tell("congestion, " + size + " bytes");
        double line = common.maximumPps(size);
        Stream.Step whole = Stream.Step.at(line, common.seconds());
        Stream both = new Stream(
                SOURCE_A,
                bytes,
                Stations.of(SOURCE_A, 0, common.stations()),
                Stations.ofBoth(UNCONGESTED, CONGESTED, common.stations()),
                common.flows(),
                whole);
        Stream one = Load.toPort(SOURCE_B, CONGESTED, bytes, common.stations(), common.flows())
                .at(whole);
        TrialResult result = trials.trial(List.of(both, one));
        long toUncongested = (result.offeredBySender().getFirst() + 1) / 2; // every other frame, beginning with it
        long uncongested = result.ports().get(UNCONGESTED).received();
        long congested = result.ports().get(CONGESTED).received();
        long toCongested = result.expected() - toUncongested;
        boolean headOfLine = uncongested < toUncongested;
        congestion.add(new Rfc2889Report.CongestionRow(
                size,
                result.offeredPps() / 2,
                PERCENT * (toUncongested - uncongested) / Math.max(1, toUncongested),
                PERCENT * Math.max(0, toCongested - congested) / Math.max(1, toCongested),
                headOfLine,
                congested >= toCongested));
    }

    private void press(int size) throws InterruptedException {
        if (isWithoutLine(Rfc2889Test.FORWARD_PRESSURE.label())) {
            return;
        }
        Load load = Load.pair(size - TrialSettings.FCS_BYTES, common.stations(), common.flows(), false, 0);
        trials.prepare(load);
        trials.tell("forward pressure, " + size + " bytes");
        double line = common.maximumPps(size);
        double frameBits = (size + TrialSettings.PREAMBLE_AND_GAP_BYTES) * Byte.SIZE;
        double overload = line * frameBits / (frameBits - GAP_BITS + SHORT_GAP_BITS);
        TrialResult result = trials.trial(load, Stream.Step.at(overload, common.seconds()));
        double arrivals = (result.lastArrivalNanos() - result.firstArrivalNanos()) / 1e9;
        double forwarded = result.received() < 2 || arrivals <= 0 ? 0 : (result.received() - 1) / arrivals;
        pressure.add(new Rfc2889Report.PressureRow(
                size, line, result.offeredPps(), forwarded, forwarded > line * (1 + PRESSURE_TOLERANCE)));
    }

    // ---- 5.7, 5.8 -------------------------------------------------------------------------------

    private Rfc2889Addresses addresses() {
        return new Rfc2889Addresses(trials, common);
    }

    private void learn() throws InterruptedException {
        Rfc2889Report.CachingRow known = caching == null ? addresses().capacity(settings.addresses()) : caching;
        caching = known;
        if (known.addresses() == 0) {
            notes.add(Rfc2889Test.ADDRESS_LEARNING.label() + ": not measured, since no address is kept");
            return;
        }
        learning = addresses().learningRate(known.addresses());
    }

    // ---- 5.9 ------------------------------------------------------------------------------------

    private void errors() throws InterruptedException {
        RawFrames raw = new RawFrames(device);
        for (ErroredFrame each : ErroredFrame.values()) {
            trials.tell("errored frames: " + each.label());
            byte[] frame = each.bytes();
            RawFrames.Result result = raw.send(SOURCE_A, frame, ERRORED_FRAMES, common.settleSeconds());
            errored.add(new Rfc2889Report.ErroredRow(
                    each, frame.length, result.offered(), result.forwarded(), inWords(result)));
        }
    }

    /** Each forwarded one is flooded to all other ports. */
    private String inWords(RawFrames.Result result) {
        if (result.offered() <= 0) {
            return "not_offered";
        }
        long all = result.offered() * (device.ports() - 1);
        return result.forwarded() == 0 ? "filtered" : result.forwarded() >= all ? "forwarded" : "partly";
    }

    // ---- 5.10 -----------------------------------------------------------------------------------

    private void broadcast(int size, Load load) throws InterruptedException {
        RateTrials.Throughput found = trials.throughput("broadcast, " + size + " bytes", load);
        trials.tell("broadcast latency, " + size + " bytes");
        TrialResult timed = found.pps() == 0 ? null : trials.timed(load, Stream.Step.at(found.pps(), common.seconds()));
        broadcast.add(new Rfc2889Report.BroadcastRow(
                size, found.pps(), found.limit(), found.forwardingPps(), timed == null ? null : timed.latency()));
    }
}
