// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.run.RunState;
import weir.ebpf.run.StackMemory;
import weir.ebpf.xdp.XdpBatch;

/**
 * The interpreter with someone who looks on: before each instruction registers, call frames and memory can
 * be read. One thread.
 */
public final class ObservedMachine extends Machine {
    private static final int ALIGNMENT = 64;
    private static final int FRAME_POINTER = 10;

    private Observer observer;
    private final Map<Object, InterpretedProgram> standIns = new HashMap<>();
    private final long[] framePointers = new long[ProgramFacts.MAX_FRAMES];
    private long steps;

    private final long maxSteps;

    private ObservedMachine(RunState run, HelperCalls helpers, PreparedCode idle, long maxSteps, Observer observer) {
        super(run, helpers, idle, 0);
        this.maxSteps = maxSteps;
        this.observer = observer;
    }

    /** Who looks on. */
    @FunctionalInterface
    public interface Observer {
        /**
         * Before an instruction is executed.
         *
         * @param slot where it is in {@link #running()} of the machine
         */
        void before(ObservedMachine machine, int slot);

        /** Before the program runs for a frame of a batch, by its index there. */
        default void begin(int frame) {}
    }

    /**
     * A machine without a program, and with no limit of its own on instructions.
     *
     * @param arena that its memory comes from
     */
    public static ObservedMachine of(Host host, Arena arena, Observer observer) throws LoadException {
        return of(host, arena, MAX_STEPS, observer);
    }

    /**
     * A machine without a program.
     *
     * @param arena that its memory comes from
     * @param maxSteps instructions of a frame; one that takes more has a fault
     */
    public static ObservedMachine of(Host host, Arena arena, long maxSteps, Observer observer) throws LoadException {
        return of(host, 0, arena, maxSteps, observer);
    }

    /**
     * A machine without a program.
     *
     * @param cpu whose share of maps programs see
     * @param arena that its memory comes from
     * @param maxSteps instructions of a frame; one that takes more has a fault
     */
    public static ObservedMachine of(Host host, int cpu, Arena arena, long maxSteps, Observer observer)
            throws LoadException {
        HelperTable helpers = HelperTable.xdp();
        CheckedProgram nothing = CheckedProgram.of(
                ProgramSpec.of("nothing", Code.of(List.of(new Instruction.Exit()))), helpers, List.of());
        RunState run = new RunState(
                host, cpu, arena.allocate(StackMemory.BYTES, ALIGNMENT).address());
        long scratch = arena.allocate(HelperCalls.SCRATCH_BYTES, ALIGNMENT).address();
        PreparedCode idle = new PreparedCode(nothing, helpers, List.of());
        return new ObservedMachine(run, new HelperCalls(run, scratch), idle, maxSteps, observer);
    }

    /** Who looks on from now on. */
    public void observe(Observer each) {
        observer = each;
    }

    /**
     * Which programs tail calls enter here in place of those in program arrays; what is not among the keys is entered
     * as it is, if it is interpreted.
     */
    public void standFor(Map<EbpfProgram, InterpretedProgram> programs) {
        standIns.clear();
        standIns.putAll(programs);
    }

    @Override
    @Nullable
    PreparedCode codeAt(EbpfMap map, long index) {
        InterpretedProgram standIn = map instanceof ProgramArray array ? standIns.get(array.get((int) index)) : null;
        return standIn == null ? super.codeAt(map, index) : standIn.code();
    }

    /** The program, to run on this machine and no other. */
    public EbpfProgram on(EbpfProgram program) {
        InterpretedProgram interpreted = (InterpretedProgram) program;
        return new EbpfProgram() {
            @Override
            public ProgramSpec spec() {
                return interpreted.spec();
            }

            @Override
            public void run(XdpBatch batch, int cpu) {
                batch.forgetRequests();
                for (int i = 0; i < batch.size(); i++) {
                    steps = 0;
                    observer.begin(i);
                    interpreted.run(ObservedMachine.this, batch, i);
                }
            }

            @Override
            public void close() {
                // the program belongs to its object
            }
        };
    }

    @Override
    boolean mayGoOn(int at) {
        if (++steps > maxSteps) {
            return super.mayGoOn(at);
        }
        framePointers[run().depth()] = register(FRAME_POINTER);
        observer.before(this, at);
        return true;
    }

    /** The program that is running: another one after a tail call. */
    public ProgramSpec running() {
        return program();
    }

    /** What the program may touch and holds. */
    public RunState state() {
        return run();
    }

    /** Call frames below the one at hand. */
    public int depth() {
        return run().depth();
    }

    /** A register of the function at hand. */
    public long get(int register) {
        return register(register);
    }

    /**
     * A register of a call frame, the outermost being 0. Of those that wait for a call to return, r6 to r9 are known.
     */
    public long get(int frame, int register) {
        if (frame == depth()) {
            return register(register);
        }
        if (register < 6 || register > 9) {
            throw new IllegalArgumentException("r" + register + " of a frame that waits");
        }
        return frame(frame + 1).kept[register];
    }

    public long framePointer(int frame) {
        return framePointers[frame];
    }

    /** Slot of the call that made a frame; not for the outermost one. */
    public int callSite(int frame) {
        return frame(frame).returnSlot - 1;
    }

    /** Whether a helper called the function of a frame. */
    public boolean isCallback(int frame) {
        return frame > 0 && frame(frame).kind != CallFrame.Kind.CALL;
    }
}
