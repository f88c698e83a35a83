// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.process;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Things that are closed in reverse, all of them whatever happens meanwhile. One thread. */
public final class Closing implements AutoCloseable {
    private final Deque<Resource> resources = new ArrayDeque<>();

    /** What closing may take time for; it can be done twice. */
    @FunctionalInterface
    public interface Resource {
        void close() throws InterruptedException;
    }

    /** Takes over what is to be done in the end. */
    public void add(Resource resource) {
        resources.push(resource);
    }

    /** An interrupt does not keep anything from being closed; it shows afterwards. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        RuntimeException first = null;
        while (!resources.isEmpty()) {
            Resource next = resources.element();
            try {
                next.close();
                resources.pop();
            } catch (InterruptedException e) {
                interrupted = true; // once more
            } catch (RuntimeException e) {
                first = joined(first, e);
                resources.pop();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (first != null) {
            throw first;
        }
    }

    private static RuntimeException joined(@Nullable RuntimeException first, RuntimeException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }
}
