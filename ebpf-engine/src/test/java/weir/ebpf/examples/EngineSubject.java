// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertNull;

import weir.ebpf.DeterministicHost;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.TestRun;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapControl;
import weir.ebpf.program.Fault;

/** An object under the engine. Redirects are told as {@code port 3}, {@code ports[3]} or {@code all of ports but 1}. */
final class EngineSubject extends Subject {
    private static final long BROADCAST_BUT_INGRESS = 24;

    private final DeterministicHost host = new DeterministicHost(2);
    private final LoadedObject object;

    EngineSubject(byte[] file) {
        try {
            object = LoadedObject.load(ObjectFile.parse(file), LoadOptions.on(host));
        } catch (ObjectFileException | LoadException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** The map itself. */
    EbpfMap liveMap(String name) {
        return object.map(name).orElseThrow();
    }

    @Override
    Verdict run(String program, byte[] frame, int port) {
        TestRun.Result result = new TestRun(Bytes.of(frame), 0, port, 0, 1, 0)
                .run(object.program(program).orElseThrow());
        Fault fault = result.fault();
        assertNull(fault, () -> fault == null ? "" : fault.text());
        return new Verdict(result.action(), result.data(), target(result, port));
    }

    private static String target(TestRun.Result result, int port) {
        EbpfMap map = result.targetMap();
        if (map == null) {
            return "port " + result.target();
        }
        String name = map.spec().name();
        return (result.redirectFlags() & BROADCAST_BUT_INGRESS) == BROADCAST_BUT_INGRESS
                ? "all of " + name + " but " + port
                : name + "[" + result.target() + "]";
    }

    @Override
    MapControl map(String name) {
        return liveMap(name).control();
    }

    @Override
    void advance(long nanos) {
        host.advance(nanos);
    }

    @Override
    boolean hasStillClock() {
        return true;
    }

    @Override
    boolean knowsTargets() {
        return true;
    }

    @Override
    public void close() {
        object.close();
    }
}
