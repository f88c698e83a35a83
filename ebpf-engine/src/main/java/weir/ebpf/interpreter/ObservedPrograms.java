// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.trace.ProgramPath;
import weir.ebpf.trace.TracedPrograms;
import weir.ebpf.xdp.XdpBatch;

/** Programs that run on one {@link ObservedMachine}, whose observer writes down what they do. */
public final class ObservedPrograms implements TracedPrograms {
    /**
     * The machine's memory, of which that knows the address only: collected with this. Closing a shared arena would stop
     * every thread, workers among them, for a moment.
     */
    private final Arena arena = Arena.ofAuto();

    private final Map<EbpfProgram, EbpfProgram> runnable = new HashMap<>();
    private final PathRecorder recorder = new PathRecorder();

    /**
     * For whoever loaded the programs.
     *
     * @param interpreted for each of the object's programs the same over the same maps
     */
    public ObservedPrograms(Host host, int cpu, Map<EbpfProgram, InterpretedProgram> interpreted) throws LoadException {
        ObservedMachine machine = ObservedMachine.of(host, cpu, arena, Long.MAX_VALUE, recorder);
        machine.standFor(interpreted);
        interpreted.forEach((program, twin) -> runnable.put(program, machine.on(twin)));
    }

    @Override
    public boolean has(EbpfProgram program) {
        return runnable.containsKey(program);
    }

    @Override
    public ProgramPath run(EbpfProgram program, XdpBatch batch, int frame) {
        EbpfProgram twin = runnable.get(program);
        if (twin == null) {
            throw new IllegalArgumentException("program " + program.spec().name() + " is none of this object's");
        }
        recorder.watch(frame);
        twin.run(batch, 0);
        return recorder.path();
    }
}
