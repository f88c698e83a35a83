// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.ObjectFileException;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;

/** STUB until the decoder is there. */
final class Instructions {
    private Instructions() {}

    static Code decode(byte[] bytes, String program, String section) throws ObjectFileException {
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Instruction> all = new ArrayList<>();
        for (int i = 0; i < bytes.length; i += 8) {
            int op = b.get(i) & 0xff;
            int src = (b.get(i + 1) >> 4) & 15;
            if (op == 0x18 && i + 16 <= bytes.length && src <= 6) {
                all.add(new Instruction.LoadWide(0, WideKind.values()[src], b.getInt(i + 4), b.getInt(i + 12)));
                i += 8;
            } else if (op == 0x85 && src <= 2) {
                all.add(new Instruction.Call(CallKind.values()[src], b.getInt(i + 4)));
            } else {
                all.add(new Instruction.Exit());
            }
        }
        return Code.of(all);
    }
}
