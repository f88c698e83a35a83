// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Keys and values of control code as arrays of bytes, little endian as the programs. */
final class Keys {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private Keys() {}

    /** The key of an indexed type; beyond every array when it is too short. */
    static long index(byte[] key) {
        return key.length < Integer.BYTES ? Long.MAX_VALUE : Integer.toUnsignedLong((int) INT.get(key, 0));
    }
}
