// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramFacts;

/** Everything that is known at one point of one path; mutable. */
final class PathState {
    /** Slot of the instruction that comes next. */
    int slot;

    /** The stored state that this path came through last; null at the start. */
    @Nullable
    Checkpoint parent;

    /** What holds a spin lock; null without. */
    @Nullable
    PointerValue lock;

    /** Whether something was compared with an address from before the frame moved; for messages alone. */
    boolean comparedOutdated;

    private final int[] branches;
    private int branchCount;
    private FrameState[] frames = new FrameState[1];
    private int depth;
    private int[] references = new int[0];

    PathState(FrameState outermost, int slot) {
        branches = new int[Violation.MAX_PATH];
        frames[0] = outermost;
        depth = 1;
        this.slot = slot;
    }

    private PathState(PathState other) {
        slot = other.slot;
        parent = other.parent;
        lock = other.lock;
        comparedOutdated = other.comparedOutdated;
        depth = other.depth;
        frames = new FrameState[depth];
        references = other.references;
        branches = other.branches.clone();
        branchCount = other.branchCount;
    }

    /** The same state, to go another way. */
    PathState fork() {
        PathState copy = new PathState(this);
        for (int i = 0; i < depth; i++) {
            copy.frames[i] = frames[i].copy();
        }
        return copy;
    }

    /** A copy to be kept; this path goes on with the numbers of the copy. */
    PathState stored() {
        PathState copy = new PathState(this);
        for (int i = 0; i < depth; i++) {
            copy.frames[i] = frames[i].stored();
            frames[i].written = 0;
        }
        return copy;
    }

    /** What the frames of a stored copy take, about. */
    long storedBytes() {
        long bytes = 0;
        for (int i = 0; i < depth; i++) {
            bytes += frames[i].storedBytes();
        }
        return bytes;
    }

    /** Remembers which way a branch went. */
    void went(int branch, boolean taken) {
        branches[branchCount++ % branches.length] = taken ? branch : -1 - branch;
    }

    /** The last branches, oldest first, as {@link Violation#path} has them. */
    List<Integer> branches() {
        int count = Math.min(branchCount, branches.length);
        List<Integer> last = new ArrayList<>(count);
        for (int i = branchCount - count; i < branchCount; i++) {
            last.add(branches[i % branches.length]);
        }
        return last;
    }

    int depth() {
        return depth;
    }

    FrameState frame(int number) {
        return frames[number];
    }

    FrameState current() {
        return frames[depth - 1];
    }

    FrameState caller() {
        return frames[depth - 2];
    }

    boolean isFull() {
        return depth == ProgramFacts.MAX_FRAMES;
    }

    void push(FrameState frame) {
        if (depth == frames.length) {
            frames = Arrays.copyOf(frames, depth + 1);
        }
        frames[depth++] = frame;
    }

    FrameState pop() {
        return frames[--depth];
    }

    Value get(int register) {
        return current().get(register);
    }

    void set(int register, Value value) {
        current().set(register, value);
    }

    int[] references() {
        return references;
    }

    void acquire(int reference) {
        references = Arrays.copyOf(references, references.length + 1);
        references[references.length - 1] = reference;
    }

    void release(int reference) {
        references = Arrays.stream(references).filter(each -> each != reference).toArray();
    }

    /** Puts another value wherever a register or a spill of any frame holds one that changes. */
    void replaceAll(UnaryOperator<Value> change) {
        for (int f = 0; f < depth; f++) {
            FrameState frame = frames[f];
            for (int r = 0; r < Instruction.REGISTERS - 1; r++) {
                frame.set(r, change.apply(frame.get(r)));
            }
            for (int s = 0; s < frame.slots(); s++) {
                Value spilled = frame.slot(s).spilled();
                if (spilled != null) {
                    frame.replaceSpilled(s, change.apply(spilled));
                }
            }
        }
    }

    /** Notes that stack slots were read, in all stored states from where they were written last. */
    void markRead(int frameNumber, long slots) {
        long open = slots & ~frames[frameNumber].written;
        for (Checkpoint each = parent; each != null && open != 0; each = each.parent()) {
            open = each.markRead(frameNumber, open);
        }
    }
}
