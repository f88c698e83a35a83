// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.program.FaultKind;

/** Loads and stores of the context's fields, where base and offset are known. Bounds of the frame are locals. */
final class ContextEmitter {
    private final Emission emission;
    private final CodeBuilder code;
    private final AluEmitter alu;
    private final ContextLayout layout;

    ContextEmitter(Emission emission, AluEmitter alu) {
        this.emission = emission;
        this.code = emission.code;
        this.alu = alu;
        this.layout = emission.plan.spec().context();
    }

    /** Leaves the value on the operand stack; false when there is no such field, and a fault instead. */
    boolean load(Instruction.Load load, int offset) {
        int bytes = load.size().bytes();
        ContextField field = layout.loaded(offset, bytes, load.signed());
        if (field == null) {
            emission.pushSum(load.base(), load.offset());
            emission.failHere(FaultKind.CONTEXT);
            return false;
        }
        switch (field) {
            case DATA -> code.lload(emission.data());
            case DATA_END -> code.lload(emission.end());
            case DATA_META -> emission.pushMeta();
            case INGRESS_PORT -> number("ingressPort", load, offset);
            case QUEUE -> number("queue", load, offset);
            case EGRESS_PORT -> number("egressPort", load, offset);
        }
        return true;
    }

    private void number(String name, Instruction.Load load, int offset) {
        int bits = load.size().bytes() * Byte.SIZE;
        pushContext();
        code.invokevirtual(Names.CONTEXT, name, MethodTypeDesc.of(Names.INT));
        emission.zeroExtend();
        if (layout.firstBit(offset) != 0) {
            code.loadConstant(layout.firstBit(offset));
            code.lushr();
        }
        if (load.signed()) {
            alu.signExtend(bits);
        } else if (bits < Integer.SIZE) {
            code.loadConstant(-1L >>> (Long.SIZE - bits));
            code.land();
        }
    }

    /** A store, or a fault where the layout does not allow it. */
    void store(Instruction.Store store, int offset) {
        int bytes = store.size().bytes();
        if (layout.stored(offset, bytes) != ContextField.QUEUE) {
            emission.pushSum(store.base(), store.offset());
            emission.failHere(FaultKind.CONTEXT);
            return;
        }
        pushContext();
        emission.pushInt(store.src());
        code.loadConstant(-1 >>> (Integer.SIZE - bytes * Byte.SIZE));
        code.iand();
        code.invokevirtual(Names.CONTEXT, "queue", MethodTypeDesc.of(Names.VOID, Names.INT));
    }

    private void pushContext() {
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "context", Names.CONTEXT);
    }
}
