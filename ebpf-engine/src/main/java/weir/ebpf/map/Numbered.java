// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An object in a map, and the number under which control code sees it, as the kernel shows a program's id.
 *
 * @param number from 1, never used twice in a process
 */
record Numbered(Object object, int number) {
    private static final AtomicInteger LAST = new AtomicInteger();

    static Numbered of(Object object) {
        return new Numbered(object, LAST.incrementAndGet());
    }
}
