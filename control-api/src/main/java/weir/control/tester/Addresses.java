// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import java.util.function.IntToLongFunction;

/** Addresses that a stream uses in turn, at least one. Never changed. */
public final class Addresses {
    private final long[] values;

    private Addresses(long[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a stream needs an address");
        }
        this.values = values;
    }

    static Addresses of(int count, IntToLongFunction each) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = each.applyAsLong(i);
        }
        return new Addresses(values);
    }

    int count() {
        return values.length;
    }

    long get(int number) {
        return values[number];
    }
}
